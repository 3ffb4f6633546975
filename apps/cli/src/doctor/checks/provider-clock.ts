import type { Check } from '../check.js';
import { clockFinding } from '../clock-skew.js';
import { skipped } from '../finding.js';

export const clockCheck: Check = {
  name: 'provider-clock',
  group: 'Provider',
  title: () => 'clock and that of the provider',
  setting: 'OPENAI_BASE_URL',
  settingGroups: ['openai', 'proxies'],
  after: () => ['provider'],
  async run({ ports }) {
    const provider = await ports.provider();
    if (provider === null) return [];
    const { theirs, sentAt, answeredAt } = await provider.readTime();
    if (theirs === null) return [skipped('clock', 'the provider does not tell its time')];
    return [clockFinding({ of: 'the provider', theirs, unitMs: 1_000, sentAt, answeredAt })];
  },
};

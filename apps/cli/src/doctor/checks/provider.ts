import { describeAccount } from '@batchmill/provider';
import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { failed, ok } from '../finding.js';

export const providerCheck: Check = {
  name: 'provider',
  group: 'Provider',
  title: ({ openai }) => `key and batches of ${shownAddress(openai.baseUrl)}`,
  setting: 'OPENAI_BASE_URL',
  settingGroups: ['openai', 'proxies'],
  after: () => [],
  async run({ settings, ports }) {
    const provider = await ports.provider();
    const { baseUrl } = settings.openai;
    if (provider === null && baseUrl === 'simulated') return [ok('simulated: no key is needed, and nothing is paid')];
    if (provider === null) {
      return [
        failed(`key of ${new URL(baseUrl).host}`, {
          reason: 'OPENAI_API_KEY: found nothing',
          remedy: 'set OPENAI_API_KEY=sk-…, or OPENAI_BASE_URL=simulated to try without one',
        }),
      ];
    }
    await provider.check();
    return [ok(`key is accepted and batches are listed: ${describeAccount(provider.accountInfo)}`)];
  },
};

import type { Check } from '../check.js';
import { failed, ok } from '../finding.js';

/** As in `engines` of package.json. */
const needed = [22, 21] as const;

export const nodeCheck: Check = {
  name: 'node',
  group: 'Installation',
  title: () => 'Node',
  setting: 'PATH',
  settingGroups: [],
  after: () => [],
  async run({ nodeVersion }) {
    const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
    const text = `Node ${nodeVersion}`;
    if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return Promise.resolve([ok(text)]);
    const reason = `found ${nodeVersion}, expected ${needed.join('.')} or newer`;
    return [failed(text, { reason, remedy: 'install Node 24: https://nodejs.org' })];
  },
};

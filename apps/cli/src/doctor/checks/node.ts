import { isNewEnough, neededNode } from '../../needed-node.js';
import type { Check } from '../check.js';
import { failed, ok } from '../finding.js';

export const nodeCheck: Check = {
  name: 'node',
  group: 'Installation',
  title: () => 'Node',
  setting: 'PATH',
  settingGroups: [],
  after: () => [],
  async run({ nodeVersion }) {
    const text = `Node ${nodeVersion}`;
    if (isNewEnough(nodeVersion)) return Promise.resolve([ok(text)]);
    const reason = `found ${nodeVersion}, expected ${neededNode} or newer`;
    return [failed(text, { reason, remedy: 'install Node 24: https://nodejs.org' })];
  },
};

import { engineHolder } from '@batchmill/service';
import { formatPath } from '../../show/format.js';
import { statSync } from 'node:fs';
import type { Check } from '../check.js';
import { ok } from '../finding.js';

export const homeCheck: Check = {
  name: 'home',
  group: 'Installation',
  title: () => 'lock of the home',
  setting: 'BATCHMILL_HOME',
  settingGroups: ['installation', 'adapters'],
  after: () => ['disk'],
  async run({ settings }) {
    const { home } = settings.installation;
    const isFolder = statSync(home, { throwIfNoEntry: false })?.isDirectory() === true;
    if (settings.adapters.bus.scheme !== 'embedded' || !isFolder) return Promise.resolve([]);
    const holder = engineHolder(settings);
    const lock = `lock of ${formatPath(home)}`;
    if (holder === null) return [ok(`${lock}: free, no process runs stages here`)];
    return [ok(`${lock}: held by ${holder === 'unknown' ? 'a process' : `process ${holder}`}, which runs the stages`)];
  },
};

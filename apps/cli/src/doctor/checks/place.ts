import { checkPlace, reportInstallation } from '@batchmill/service';
import { formatTime } from '../../show/format.js';
import type { Check } from '../check.js';
import { ok } from '../finding.js';

export const placeCheck: Check = {
  name: 'installation',
  group: 'State and documents',
  title: () => 'installation',
  setting: 'BATCHMILL_STORE',
  settingGroups: ['adapters', 'installation'],
  after: () => ['state'],
  async run({ ports }) {
    const store = await ports.store();
    if (store === null) return [];
    if (!(await checkPlace(store))) return [ok('installation: new, nothing was worked on here')];
    const { installation, worked } = await reportInstallation(store);
    const last =
      worked === null ? 'no work yet' : `last work ${formatTime(worked.at)} UTC by ${worked.by} on ${worked.host}`;
    return [ok(`installation ${installation}: at its place, ${last}`)];
  },
};

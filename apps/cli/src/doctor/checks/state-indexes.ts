import { Batches, Claims, Inbox, Notifications, Runs, Schedules } from '@batchmill/records';
import type { Check } from '../check.js';
import { ok } from '../finding.js';

export const indexesCheck: Check = {
  name: 'state-indexes',
  group: 'State and documents',
  title: () => 'indexes of the state',
  setting: 'BATCHMILL_STORE',
  settingGroups: ['adapters', 'installation'],
  after: () => ['state'],
  async run({ ports, clock }) {
    const store = await ports.store();
    if (store === null) return [];
    const kinds = [Runs, Claims, Batches, Notifications, Schedules, Inbox].map((Kind) => new Kind(store, clock));
    const lacking = await Promise.all(kinds.map((records) => records.lacksIndex()));
    const isComplete = !lacking.includes(true);
    return [ok(isComplete ? 'indexes of the state' : 'indexes of the state: some are created by the next start')];
  },
};

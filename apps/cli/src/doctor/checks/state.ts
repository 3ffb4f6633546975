import { storeRights } from '@batchmill/store';
import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { ok } from '../finding.js';
import { storeFindings } from '../store-findings.js';

export const stateCheck: Check = {
  name: 'state',
  group: 'State and documents',
  title: ({ adapters }) => `state in ${shownAddress(adapters.store.url)}`,
  setting: 'BATCHMILL_STORE',
  settingGroups: ['adapters', 'installation'],
  after: () => [],
  async run({ ports, clock }) {
    const store = await ports.store();
    if (store === null) return [ok('state: embedded, created by the first run')];
    const rights = storeRights.map((right) => ({ right, collection: null }));
    return storeFindings(store, { what: 'state', setting: 'BATCHMILL_STORE', rights, clock });
  },
};

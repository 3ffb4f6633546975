import type { NeededRight } from '@batchmill/store';
import { documentsOf } from '@batchmill/service';
import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { ok } from '../finding.js';
import { sourceCollections } from '../source-collections.js';
import { storeFindings } from '../store-findings.js';

export const documentsCheck: Check = {
  name: 'documents',
  group: 'State and documents',
  title: ({ documents, adapters }) => `documents in ${shownAddress(documents.url ?? adapters.store.url)}`,
  setting: 'MONGODB_URI',
  settingGroups: ['adapters', 'documents', 'installation'],
  after: (settings) => (documentsOf(settings) === null ? ['state'] : []),
  async run({ settings, ports, pipelines, clock }) {
    const store = await ports.documentStore();
    if (documentsOf(settings) === null || store === null) return [ok('documents: in the store of the state')];
    const collections = sourceCollections((await pipelines()).pipelines);
    const rights = [...collections.keys()].flatMap((collection): NeededRight[] =>
      (['read', 'update'] as const).map((right) => ({ right, collection })),
    );
    return storeFindings(store, { what: 'documents', setting: 'MONGODB_URI', rights, clock });
  },
};

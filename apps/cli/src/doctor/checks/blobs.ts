import { storeRights } from '@batchmill/store';
import type { Check } from '../check.js';
import { shownAddress } from '../../show/shown-address.js';
import { failed, ok } from '../finding.js';
import { storeFindings } from '../store-findings.js';

/** Those that are files are looked at with the disk. */
export const blobsCheck: Check = {
  name: 'blobs',
  group: 'State and documents',
  title: ({ adapters }) => `blobs in ${shownAddress(adapters.blobs.url)}`,
  setting: 'BATCHMILL_BLOBS',
  settingGroups: ['adapters', 'installation'],
  after: () => [],
  async run({ settings, ports, clock }) {
    const { blobs, store: state } = settings.adapters;
    if (blobs.scheme !== 'gridfs') return [];
    const url = blobs.url.slice('gridfs:'.length);
    if (url === '' ? state.scheme === 'embedded' : !/^mongodb(?:\+srv)?:/.test(url)) {
      return [
        failed('blobs in GridFS', {
          reason: 'BATCHMILL_BLOBS: found gridfs: without the URL of a MongoDB, here or in BATCHMILL_STORE',
          remedy: 'set BATCHMILL_BLOBS=gridfs:mongodb://HOST:27017/DATABASE, or remove it',
        }),
      ];
    }
    const store = await ports.blobStore();
    if (store === null || store === (await ports.store())) return [ok('blobs: in the database of the state')];
    const rights = storeRights.map((right) => ({ right, collection: null }));
    return storeFindings(store, { what: 'blobs', setting: 'BATCHMILL_BLOBS', rights, clock });
  },
};

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreBundle } from '../contract/bundle.contract.js';
import { describeKnownDifferences } from '../contract/known-differences.contract.js';
import { describeStoreContract } from '../store.contract.js';
import { EmbeddedStore } from './embedded-store.js';

const make = async (): Promise<StoreBundle> => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-store-'));
  const file = join(folder, 'store.db');
  let store = EmbeddedStore.open({ file, synchronous: 'NORMAL' });
  return {
    store,
    reopen: async () => {
      await store.close();
      store = EmbeddedStore.open({ file, synchronous: 'NORMAL' });
      return store;
    },
    dispose: async () => {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
};

describeStoreContract('EmbeddedStore', make);
describeKnownDifferences('embedded', make);

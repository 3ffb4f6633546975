import { randomUUID } from 'node:crypto';
import type { StoreBundle } from '../contract/bundle.contract.js';
import { emptyDatabase } from './empty-database.contract.js';
import { MongoStore } from './mongo-store.js';

/** An empty database of its own on this server, and nothing left of it afterwards. */
export async function mongoBundle(url: string): Promise<StoreBundle> {
  const database = `test-${randomUUID()}`;
  let store = MongoStore.open({ url, database });
  return Promise.resolve({
    store,
    reopen: async () => {
      await store.close();
      store = MongoStore.open({ url, database });
      return store;
    },
    dispose: async () => {
      await store.close();
      await emptyDatabase(url, database);
    },
  });
}

import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { describeStoreContract } from '../store.contract.js';
import { emptyDatabase } from './empty-database.contract.js';
import { MongoStore } from './mongo-store.js';

const url = serverAddresses.mongodb;

describeStoreContract(
  'MongoStore',
  async () => {
    const database = `test-${randomUUID()}`;
    let store = MongoStore.open({ url, database });
    return {
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
    };
  },
  {
    cannot: [
      'mongo-java-server keeps no data over a restart; only a real MongoDB can show that a write outlives one',
      'mongo-java-server has no replica sets; only a real MongoDB can show majorities, elections and retried writes',
      'mongo-java-server expires no cursors; only a real MongoDB can show that one outlives ten idle minutes',
      'mongo-java-server has no users; only a real MongoDB can show that one is refused',
    ],
  },
);

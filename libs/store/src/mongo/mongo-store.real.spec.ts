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
      'mongo-java-server keeps nothing over a restart: that a write outlives one is for a real MongoDB to show',
      'mongo-java-server has no replica sets: majorities, elections and retried writes are for a real MongoDB to show',
      'mongo-java-server forgets no cursor: that one outlives ten idle minutes is for a real MongoDB to show',
      'mongo-java-server knows no users: that one is refused is for a real MongoDB to show',
    ],
  },
);

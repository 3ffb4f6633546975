import { afterEach, describe, expect, it } from '@jest/globals';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { isSamePlace } from '../store.js';
import { emptyDatabase } from './empty-database.contract.js';
import { MongoStore } from './mongo-store.js';

const url = serverAddresses.mongodb;

describe('the place of a MongoDB store', () => {
  const databases: string[] = [];
  const stores: MongoStore[] = [];
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const database of databases.splice(0)) await emptyDatabase(url, database);
  });

  async function opened(database: string): Promise<MongoStore> {
    const store = MongoStore.open({ url, database });
    stores.push(store);
    databases.push(database);
    await store.collection('things').updateOne({ _id: 1 }, { $inc: { opened: 1 } }, { upsert: true });
    return store;
  }

  it('Y4: is the same for every process, and another one for a dump that was loaded into another database', async () => {
    const database = `test-${randomUUID()}`;
    const first = await (await opened(database)).placeOf('things');
    const again = await (await opened(database)).placeOf('things');
    const copy = await (await opened(`${database}-copy`)).placeOf('things');

    expect(isSamePlace(first, again)).toBe(true);
    expect(isSamePlace(first, copy)).toBe(false);
    expect(first.name).toContain(database);
  });
});

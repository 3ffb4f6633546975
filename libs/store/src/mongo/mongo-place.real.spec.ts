import { afterEach, describe, expect, it } from '@jest/globals';
import { serverAddresses } from '@batchmill/testing';
import { MongoClient } from 'mongodb';
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
    const first = await (await opened(database)).placeOf(['things']);
    const again = await (await opened(database)).placeOf(['things']);
    const copy = await (await opened(`${database}-copy`)).placeOf(['things']);

    expect(isSamePlace(first, again)).toBe(true);
    expect(isSamePlace(first, copy)).toBe(false);
    expect(first.name).toContain(database);
  });

  it('Y4: is another one as soon as one of its collections was dropped and created again, where the server tells', async () => {
    const database = `test-${randomUUID()}`;
    const store = await opened(database);
    await store.collection('others').insertOne({ _id: 1 });
    const before = await store.placeOf(['things', 'others']);
    // MongoDB gives every collection a UUID. The server of these tests may be another one, which gives none.
    const tells = 'othersUuid' in before.identity;

    const client = new MongoClient(url);
    await client.db(database).dropCollection('others');
    await client.close();
    await store.collection('others').insertOne({ _id: 1 });

    const names = Object.keys(before.identity).sort();
    expect(names).toEqual(tells ? ['database', 'othersUuid', 'thingsUuid'] : ['database']);
    expect(isSamePlace(before, await store.placeOf(['things', 'others']))).toBe(!tells);
    expect(isSamePlace(before, await store.placeOf(['things']))).toBe(true);
  });
});

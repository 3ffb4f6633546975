import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '../../contract/bundle.contract.js';
import { Catalog } from '../catalog/catalog.js';
import { EmbeddedCollection } from '../embedded-collection.js';
import { EmbeddedStore } from '../embedded-store.js';

describe('concurrent writes share a transaction', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-store-'));
    file = join(folder, 'store.db');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('only the changes of a refused write are rolled back', async () => {
    const store = EmbeddedStore.open({ file });
    const things = store.collection('things');
    await things.insertOne({ _id: 1, text: 'a text' });

    const outcomes = await Promise.allSettled([
      things.insertOne({ _id: 2 }),
      things.updateOne({ _id: 1 }, { $push: { text: 'to a text' } }),
      things.insertOne({ _id: 1 }),
      things.updateOne({ _id: 2 }, { $set: { seen: true } }),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(await Array.fromAsync(things.find({}, { sort: { _id: 1 } }))).toEqual([
      { _id: 1, text: 'a text' },
      { _id: 2, seen: true },
    ]);
    await store.close();
  });

  it('a collection that a refused write would have created does not exist for the next one', async () => {
    const store = EmbeddedStore.open({ file });
    const made = store.collection('made');

    const refused = errorOf(made.insertOne({ _id: ['an array'] }));
    const inserted = made.insertOne({ _id: 1 });

    expect(await refused).toMatchObject({ code: 'store.insert-refused' });
    await inserted;
    expect(await made.count({})).toBe(1);
    await store.close();
  });

  it('when the disk is full, no write resolves that was not stored', async () => {
    const catalog = Catalog.open({ file, synchronous: 'NORMAL', busyTimeoutMs: 0 });
    const { database } = catalog;
    const things = new EmbeddedCollection(catalog, 'things', new SystemClock());
    await things.insertOne({ _id: 'first' });
    database.run(`PRAGMA max_page_count = ${Number(database.get('PRAGMA page_count')?.['page_count']) + 2}`);

    const ids = Array.from({ length: 30 }, (_, _id) => _id);
    const outcomes = await Promise.allSettled(ids.map((_id) => things.insertOne({ _id, text: 'x'.repeat(2000) })));

    const resolved = ids.filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(resolved.length).toBeLessThan(ids.length);
    expect((await Array.fromAsync(things.find({ _id: { $gte: 0 } }))).map(({ _id }) => _id)).toEqual(resolved);
    database.close();
  });

  it('writes that are pending when the store is closed are stored, in their order', async () => {
    const store = EmbeddedStore.open({ file });
    const writes = Array.from({ length: 50 }, (_, number) =>
      store.collection('things').updateOne({ _id: 1 }, { $push: { numbers: number } }, { upsert: true }),
    );
    await store.close();
    await Promise.all(writes);

    const reopened = EmbeddedStore.open({ file });
    expect(await reopened.collection('things').findOne({})).toEqual({ _id: 1, numbers: [...Array(50).keys()] });
    await reopened.close();
  });
});

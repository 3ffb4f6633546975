import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, idsOf } from '../contract/bundle.contract.js';
import { Catalog } from './catalog/catalog.js';
import { EmbeddedCollection } from './embedded-collection.js';
import { EmbeddedStore } from './embedded-store.js';

describe('errors of the file of an embedded store', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-store-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('a full disk makes the store unavailable; no write is half done, and writes succeed again when there is space', async () => {
    const catalog = Catalog.open({ file: join(folder, 'store.db'), synchronous: 'NORMAL', busyTimeoutMs: 0 });
    const { database } = catalog;
    const things = new EmbeddedCollection(catalog, 'things', new SystemClock());
    const text = 'x'.repeat(2000);
    await things.insertMany(Array.from({ length: 100 }, (_, _id) => ({ _id, text })));
    const pages = Number(database.get('PRAGMA page_count')?.['page_count']);
    database.run(`PRAGMA max_page_count = ${pages + 2}`);
    const full = { kind: 'ConnectionError', code: 'store.disk-full' };
    const more = Array.from({ length: 100 }, (_, index) => ({ _id: 100 + index, text }));
    const grow = Array.from({ length: 100 }, (_, _id) => ({ filter: { _id }, update: { $set: { more: text } } }));

    expect(await errorOf(things.insertMany(more))).toMatchObject(full);
    expect(await errorOf(things.bulk(grow))).toMatchObject(full);
    expect(await errorOf(things.ensureIndex({ keys: { text: 1 } }))).toMatchObject(full);

    expect(await things.count({})).toBe(100);
    expect(await things.count({ more: { $exists: true } })).toBe(0);
    database.run('PRAGMA max_page_count = 100000');
    await things.insertMany(more);
    expect(await things.bulk(grow)).toMatchObject({ modified: 100 });
    await things.ensureIndex({ keys: { text: 1 } });
    expect(await things.count({ text })).toBe(200);
    database.close();
  });

  it('a collection that was rolled back is forgotten, even if another process has created one with its number', async () => {
    const file = join(folder, 'store.db');
    const catalog = Catalog.open({ file, synchronous: 'NORMAL', busyTimeoutMs: 0 });
    const { database } = catalog;
    const other = EmbeddedStore.open({ file });
    await new EmbeddedCollection(catalog, 'first', new SystemClock()).insertOne({ _id: 1 });
    database.run(`PRAGMA max_page_count = ${Number(database.get('PRAGMA page_count')?.['page_count']) + 2}`);
    const rolledBack = new EmbeddedCollection(catalog, 'rolled back', new SystemClock());

    await errorOf(rolledBack.insertMany([{ _id: 1 }, { _id: 2, text: 'x'.repeat(100_000) }]));
    await other.collection('created meanwhile').insertOne({ _id: 'theirs' });

    const meanwhile = new EmbeddedCollection(catalog, 'created meanwhile', new SystemClock());
    expect(await idsOf(meanwhile)).toEqual(['theirs']);
    expect(await idsOf(rolledBack)).toEqual([]);
    await other.close();
    database.close();
  });

  it('a file that is no database is refused as unreadable, and is not changed', async () => {
    const file = join(folder, 'notes.txt');
    await writeFile(file, 'these are notes, not a database. '.repeat(100));

    expect(() => EmbeddedStore.open({ file })).toThrow(
      expect.objectContaining({ kind: 'ConnectionError', code: 'store.unreadable' }),
    );
  });

  it('a folder that cannot be created makes the store unavailable', async () => {
    await writeFile(join(folder, 'taken'), '');

    expect(() => EmbeddedStore.open({ file: join(folder, 'taken', 'store.db') })).toThrow(
      expect.objectContaining({ kind: 'ConnectionError', code: 'store.unavailable' }),
    );
  });

  it('a refusal names the document, what was found and what was expected', async () => {
    const store = EmbeddedStore.open({ file: join(folder, 'store.db') });
    const things = store.collection('things');
    await things.insertOne({ _id: 'it', list: 'a secret' });

    const { refused } = await things.bulk([{ filter: { _id: 'it' }, update: { $push: { list: 'another secret' } } }]);

    expect(refused.map(({ message }) => message)).toEqual([
      'things: "it": list: $push found a string, expected an array',
    ]);
    await store.close();
  });

  it('an _id of null is an ordinary id', async () => {
    const store = EmbeddedStore.open({ file: join(folder, 'new', 'store.db') });
    const things = store.collection('things');
    await things.insertMany([{ _id: null }, { _id: 0 }]);

    expect(await idsOf(things, { _id: { $type: 'null' } }, { sort: { _id: 1 } })).toEqual([null]);
    expect(await things.updateOne({ _id: null }, { $set: { x: 1 } })).toMatchObject({ matched: 1 });
    await store.close();
  });

  it('others can write while documents are being read, and no transaction stays open', async () => {
    const file = join(folder, 'store.db');
    const store = EmbeddedStore.open({ file });
    const other = EmbeddedStore.open({ file, busyTimeoutMs: 0 });
    await store.collection('things').insertMany(Array.from({ length: 450 }, (_, _id) => ({ _id })));
    let read = 0;

    for await (const { _id } of store.collection('things').find({}, { sort: { _id: -1 } })) {
      await other.collection('things').updateOne({ _id }, { $set: { read: true } });
      read += 1;
    }

    expect(read).toBe(450);
    expect(await store.collection('things').count({ read: true })).toBe(450);
    await store.close();
    await other.close();
  });
});

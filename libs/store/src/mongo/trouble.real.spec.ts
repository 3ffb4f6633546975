import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, serverAddresses, TcpProxy } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { errorOf } from '../contract/bundle.contract.js';
import type { Collection } from '../store.js';
import { emptyDatabase } from './empty-database.contract.js';
import { MongoStore } from './mongo-store.js';

const away = { kind: expect.stringMatching(/^(Connection|Timeout)Error$/) };

describe('An outage of MongoDB', () => {
  const database = `test-${randomUUID()}`;
  let proxy: TcpProxy;
  let store: MongoStore;
  let things: Collection;

  beforeEach(async () => {
    proxy = await TcpProxy.before(serverAddresses.mongodb);
    const keepAlive = { pollMs: 50, maxAheadBytes: 16 * 1024 * 1024 };
    store = MongoStore.open({ url: proxy.url, database, keepAlive });
    things = store.collection('things');
  });

  afterEach(async () => {
    await store.close();
    await proxy.cut();
    await emptyDatabase(serverAddresses.mongodb, database);
  });

  const everyCall = () => [
    store.check(),
    store.collectionNames(),
    Array.fromAsync(things.find({})),
    things.findOne({}),
    things.insertOne({ n: 1 }),
    things.insertMany([{ n: 1 }]),
    things.updateOne({ _id: 1 }, { $set: { n: 1 } }, { upsert: true }),
    things.updateMany({}, { $set: { n: 1 } }),
    things.bulk([{ filter: {}, update: { $set: { n: 1 } } }]),
    things.findOneAndUpdate({}, { $set: { n: 1 } }),
    things.count({}),
    things.deleteMany({ _id: 'none' }),
    things.ensureIndex({ keys: { n: 1 } }),
  ];

  it('every call to a frozen server fails, and succeeds again after the thaw', async () => {
    await things.insertOne({ _id: 'before' });
    proxy.freeze();
    const errors = await Promise.all(everyCall().map(errorOf));
    proxy.thaw();

    expect(errors).toEqual(errors.map(() => expect.objectContaining(away)));
    await eventually('the store answers again', () => store.check().then(() => true));
    expect(await things.findOne({ _id: 'before' })).toEqual({ _id: 'before' });
  });

  it('every call to a stopped server fails, and succeeds again after the restart', async () => {
    await things.insertOne({ _id: 'before' });
    await proxy.cut();
    const errors = await Promise.all(everyCall().map(errorOf));
    await proxy.restore();

    expect(errors).toEqual(
      errors.map(() => expect.objectContaining({ ...away, message: expect.stringContaining(proxy.url) })),
    );
    await eventually('the store answers again', () => store.check().then(() => true));
    expect(await things.findOne({ _id: 'before' })).toEqual({ _id: 'before' });
  });

  it('a store may be opened before its server is available', async () => {
    await proxy.cut();
    const early = MongoStore.open({ url: proxy.url, database });
    const inserted = early.collection('things').insertOne({ _id: 'early' });
    await proxy.restore();
    await inserted;

    expect(await things.findOne({ _id: 'early' })).toEqual({ _id: 'early' });
    await early.close();
  });

  it.each([
    ['does not answer', async () => proxy.freeze(), async () => proxy.thaw()],
    ['is not there', () => proxy.cut(), () => proxy.restore()],
  ])('Y5: a store whose server %s at the first contact answers as soon as the server does', async (_, away, back) => {
    await away();
    const early = MongoStore.open({ url: proxy.url, database });
    const first = await errorOf(early.collection('things').insertOne({ _id: 'lost' }));
    await errorOf(early.collection('things').findOne({}));
    await back();

    expect(first).toMatchObject({ kind: 'ConnectionError', code: 'store.unavailable' });
    await eventually('the store answers', () =>
      early.check().then(
        () => true,
        () => false,
      ),
    );
    await early.collection('things').insertOne({ _id: 'kept' });
    expect(await early.collection('things').findOne({ _id: 'kept' })).toEqual({ _id: 'kept' });
    await early.close();
  });

  it('a store can be closed while its server is frozen, and pending calls reject', async () => {
    await things.insertOne({ _id: 'before' });
    proxy.freeze();
    const waiting = errorOf(things.count({}));
    await store.close();

    expect(await waiting).toMatchObject(away);
  });

  it('a result whose reader pauses is read ahead, so that the server does not expire the cursor', async () => {
    const text = 'x'.repeat(2_000);
    await things.insertMany(Array.from({ length: 4_000 }, (_, _id) => ({ _id, text })));
    const read: unknown[] = [];

    for await (const { _id } of things.find({}, { sort: { _id: 1 } })) {
      read.push(_id);
      if (_id !== 0) continue;
      await eventually('all of it has come', () => proxy.answeredBytes > 4_000 * text.length);
      await proxy.cut(); // nothing is left to be asked for
    }
    await proxy.restore();

    expect(read).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
  });

  it('a result whose server becomes unavailable while its reader pauses rejects instead of ending', async () => {
    await things.insertMany(Array.from({ length: 4_000 }, (_, _id) => ({ _id })));
    const list = things.find({})[Symbol.asyncIterator]();
    await list.next();
    await proxy.cut();
    await expect(store.check()).rejects.toMatchObject(away); // meanwhile the list was looked after, in vain
    const readAll = async () => {
      while ((await list.next()).done !== true);
    };

    expect(await errorOf(readAll())).toMatchObject(away);
    await proxy.restore();
  });

  it('read-ahead is bounded', async () => {
    const keepAlive = { pollMs: 20, maxAheadBytes: 1_000_000 };
    const bounded = MongoStore.open({ url: proxy.url, database, keepAlive });
    const text = 'x'.repeat(2_000);
    await things.insertMany(Array.from({ length: 4_000 }, (_, _id) => ({ _id, text })));
    const list = bounded.collection('things').find({})[Symbol.asyncIterator]();
    const before = proxy.answeredBytes;
    await list.next();
    const looks = (proxy.requests.match(/getMore/g) ?? []).length;
    await eventually('it was read ahead', () => proxy.answeredBytes - before > 2_000_000);

    expect(looks).toBe(0);
    expect(await remainsBelow(() => proxy.answeredBytes - before, 4_000_000)).toBe(true);
    await bounded.close();
  });

  it('a batch that takes longer than the poll interval is not requested twice', async () => {
    const hasty = MongoStore.open({ url: proxy.url, database, keepAlive: { pollMs: 1, maxAheadBytes: 64_000_000 } });
    const text = 'x'.repeat(2_000);
    await things.insertMany(Array.from({ length: 4_000 }, (_, _id) => ({ _id, text })));
    const read: unknown[] = [];

    for await (const { _id } of hasty.collection('things').find({}, { sort: { _id: 1 } })) {
      if (read.length % 500 === 0) await delay(10);
      read.push(_id);
    }

    expect(read).toEqual(Array.from({ length: 4_000 }, (_, index) => index));
    await hasty.close();
  });

  it('a result that is not read to the end frees its cursor on the server', async () => {
    await things.insertMany(Array.from({ length: 2_000 }, (_, _id) => ({ _id })));
    for await (const document of things.find({})) {
      expect(document).toHaveProperty('_id');
      break;
    }

    await expect(eventually('it is freed', () => proxy.requests.includes('killCursors'))).resolves.toBe(true);
  });
});

/** Looks a hundred times, a turn of the event loop and some milliseconds apart. */
async function remainsBelow(value: () => number, limit: number): Promise<boolean> {
  let looks = 0;
  await eventually('it was looked at often enough', () => value() >= limit || (looks += 1) >= 100);
  return value() < limit;
}

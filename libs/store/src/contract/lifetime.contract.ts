import { describe, expect, it } from '@jest/globals';
import { allOf, eachWithStore, errorOf, idsOf, type MakeStore } from './bundle.contract.js';

export function describeLifetime(make: MakeStore): void {
  describe('lifetime', () => {
    const context = eachWithStore(make);

    it('every resolved write is still there after the store is opened again', async () => {
      if (context.bundle.reopen === undefined) {
        return;
      }
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { v: 1 } });
      await things.insertMany([1, 2, 3].map((_id) => ({ _id, v: _id })));
      await things.updateOne({ _id: 1 }, { $set: { v: 9 } });
      await things.bulk([{ filter: { _id: 2 }, update: { $set: { v: 9 } } }]);
      await things.deleteMany({ _id: 3 });

      const again = await context.bundle.reopen();

      expect(await idsOf(again.collection('things'), { v: 9 }, { sort: { _id: 1 } })).toEqual([1, 2]);
      expect(await again.collection('things').count({})).toBe(2);
    });

    it('the names of non-empty collections are listed, sorted', async () => {
      await context.store.collection('b').insertOne({ _id: 1 });
      await context.store.collection('a').insertOne({ _id: 1 });
      await context.store.collection('c').insertOne({ _id: 1 });
      await context.store.collection('c').deleteMany({});
      await context.store.collection('d').count({});

      expect((await context.store.collectionNames()).filter((name) => name !== 'c')).toEqual(['a', 'b']);
    });

    it('the check of an open store succeeds', async () => {
      await expect(context.store.check()).resolves.toBeUndefined();
    });

    it('a server is described, and nothing is created by that', async () => {
      const { name } = await context.store.describeServer();
      await context.store.missingRights([{ right: 'read', collection: 'things' }]);

      expect(name).not.toBe('');
      expect(await context.store.collectionNames()).toEqual([]);
    });

    it('a closed store is unavailable, and may be closed again', async () => {
      const things = context.store.collection('things');
      await things.insertOne({ _id: 1 });

      await context.store.close();
      await context.store.close();

      const unavailable = { kind: 'ConnectionError' };
      for (const call of [
        () => context.store.check(),
        () => context.store.collectionNames(),
        () => allOf(things),
        () => things.findOne({}),
        () => things.insertOne({ _id: 2 }),
        () => things.insertMany([{ _id: 2 }]),
        () => things.updateOne({}, { $set: { a: 1 } }),
        () => things.updateMany({}, { $set: { a: 1 } }),
        () => things.bulk([{ filter: {}, update: { $set: { a: 1 } } }]),
        () => things.findOneAndUpdate({}, { $set: { a: 1 } }),
        () => things.count({}),
        () => things.deleteMany({}),
        () => things.ensureIndex({ keys: { a: 1 } }),
      ]) {
        expect(await errorOf(call())).toMatchObject(unavailable);
      }
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { eachWithStore, idsOf, type MakeStore } from './bundle.contract.js';

export function describeIndexes(make: MakeStore): void {
  describe('indexes', () => {
    const context = eachWithStore(make);

    it('an index on a non-empty collection covers existing and later documents', async () => {
      const things = context.store.collection('things');
      await things.insertMany(Array.from({ length: 1200 }, (_, _id) => ({ _id, a: { b: _id % 4 } })));

      await things.ensureIndex({ keys: { 'a.b': 1 } });
      await things.insertOne({ _id: 'new', a: { b: 3 } });
      await things.updateOne({ _id: 0 }, { $set: { a: { b: 3 } } });
      await things.updateOne({ _id: 3 }, { $unset: { a: '' } });

      expect(await things.count({ 'a.b': 3 })).toBe(301);
      expect(await things.count({ 'a.b': 0 })).toBe(299);
      expect(await idsOf(things, { 'a.b': null })).toEqual([3]);
    });

    it('documents are found by an index, however many ids the filter excludes', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { company: 1, state: 1, _id: 1 } });
      const names = Array.from({ length: 700 }, (_, number) => `t${String(number).padStart(3, '0')}`);
      await things.insertMany(names.map((_id, number) => ({ _id, company: number % 30, state: 'pending' })));
      const excluded = { $type: 'string', $nin: names.slice(0, 600) };

      for (const company of [{}, { company: { $in: Array.from({ length: 30 }, (_, number) => number) } }]) {
        const filter = { ...company, state: { $in: ['pending', null] }, _id: excluded };
        expect((await idsOf(things, filter)).toSorted()).toEqual(names.slice(600));
        expect(await idsOf(things, filter, { sort: { _id: 1 } })).toEqual(names.slice(600));
        expect(await things.count(filter)).toBe(100);
      }
    });

    it('a field that becomes an array is found by its elements, and by its value once it is a scalar again', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { v: 1 } });
      await things.insertOne({ _id: 1, v: 5 });

      await things.updateOne({ _id: 1 }, { $set: { v: [6, 7] } });
      expect(await idsOf(things, { v: 7 })).toEqual([1]);
      expect(await idsOf(things, { v: 5 })).toEqual([]);

      await things.updateOne({ _id: 1 }, { $set: { v: 8 } });
      expect(await idsOf(things, { v: { $gt: 7 } })).toEqual([1]);
    });

    it('ensuring an index twice is the same as once', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { a: 1, b: -1 } });
      await things.ensureIndex({ keys: { a: 1, b: -1 } });

      await things.insertOne({ _id: 1, a: 1, b: 2 });

      expect(await idsOf(things, { a: 1, b: 2 })).toEqual([1]);
    });

    it('a unique index refuses an insert or an update that would duplicate its key', async () => {
      const things = context.store.collection('things');
      await things.ensureIndex({ keys: { kind: 1, number: 1 }, unique: true });
      await things.insertMany([
        { _id: 1, kind: 'a', number: 1 },
        { _id: 2, kind: 'a', number: 2 },
        { _id: 3, kind: 'b', number: 1 },
      ]);

      const duplicate = { kind: 'ProcessingError', code: 'store.duplicate-key' };
      await expect(things.insertOne({ _id: 4, kind: 'a', number: 1 })).rejects.toMatchObject(duplicate);
      await expect(things.updateOne({ _id: 2 }, { $set: { number: 1 } })).rejects.toMatchObject(duplicate);

      expect(await things.count({ kind: 'a', number: 1 })).toBe(1);
    });

    it('an index is there once it was ensured, and asking for it creates nothing', async () => {
      const things = context.store.collection('things');
      const index = { keys: { a: 1, b: -1 } } as const;

      expect(await things.hasIndex(index)).toBe(false);
      expect(await things.hasIndex(index)).toBe(false);
      await things.ensureIndex(index);

      expect(await things.hasIndex(index)).toBe(true);
      expect(await things.hasIndex({ keys: { b: -1, a: 1 } })).toBe(false);
      await expect(things.hasIndex({ ...index, unique: true })).rejects.toMatchObject({
        kind: 'ProcessingError',
        code: 'store.index-conflict',
      });
    });

    it('a collection tells its indexes with the order of their fields, and its size', async () => {
      const things = context.store.collection('things');
      expect(await things.indexes()).toEqual([]);
      expect(await things.size()).toBe(0);

      await things.ensureIndex({ keys: { a: 1, _id: 1 } });
      await things.ensureIndex({ keys: { 'b.c': 1, a: -1 }, unique: true });

      await things.insertMany([{ a: 1 }, { a: 2, b: { c: 1 } }]);
      expect(await things.size()).toBe(2);

      const listed = (await things.indexes()).map(({ keys, unique }) => [
        Object.entries(keys).flat().join(' '),
        unique,
      ]);
      expect(listed.filter(([keys]) => keys !== '_id 1')).toEqual([
        ['a 1 _id 1', false],
        ['b.c 1 a -1', true],
      ]);
    });

    it('a filter with alternatives and left out values finds the same with an index of each and without', async () => {
      const things = context.store.collection('things');
      await things.insertMany(
        Array.from({ length: 60 }, (_, _id) => ({
          _id,
          ...(_id % 4 > 0 && { status: ['', 'done', 'failed', 'open'][_id % 4] }),
          ...(_id % 5 > 0 && { f: { state: ['', 'done', 'failed', 'retry', 7][_id % 5] } }),
        })),
      );
      const lacking = { status: { $in: ['done', 'failed'] }, 'f.state': { $nin: ['done', 'failed'] } };
      const filter = { $and: [{ _id: { $gt: 3 } }, { $or: [{ status: { $in: ['open', null] } }, lacking] }] };
      const inOrder = { sort: { _id: 1 } } as const;
      const before = await idsOf(things, filter, inOrder);
      const lackingBefore = await idsOf(things, lacking, inOrder);

      await things.ensureIndex({ keys: { status: 1, _id: 1 } });
      await things.ensureIndex({ keys: { status: 1, 'f.state': 1 }, where: { f: { $type: 'object' } } });

      expect(await idsOf(things, filter, inOrder)).toEqual(before);
      expect(await idsOf(things, lacking, inOrder)).toEqual(lackingBefore);
      expect(before.length).toBeGreaterThan(lackingBefore.length);
    });

    it('an index of the documents with an object in a field finds what is in these, also once the field is set or removed', async () => {
      const things = context.store.collection('things');
      await things.insertMany([
        { _id: 1, status: 'done' },
        { _id: 2, status: 'done', f: { state: 'new' } },
        { _id: 3, status: 'done', f: 'new' },
        { _id: 4, status: 'done', f: [{ state: 'new' }] },
      ]);
      const index = { keys: { status: 1, 'f.state': 1 }, where: { f: { $type: 'object' } } } as const;
      const lacking = { $or: [{ status: 'done', f: { $type: 'object' }, 'f.state': { $nin: ['done', 'failed'] } }] };

      await things.ensureIndex(index);
      expect(await things.hasIndex(index)).toBe(true);
      expect(await idsOf(things, lacking, { sort: { _id: 1 } })).toEqual([2, 4]);

      await things.updateOne({ _id: 1 }, { $set: { 'f.g': 1 } });
      await things.updateOne({ _id: 2 }, { $set: { 'f.state': 'done' } });
      await things.updateOne({ _id: 4 }, { $unset: { f: 1 } });
      await things.replaceMany([{ _id: 3, status: 'done', f: {} }]);
      await things.insertOne({ _id: 5, status: 'done', f: { state: null } });

      expect((await idsOf(things, lacking)).toSorted()).toEqual([1, 3, 5]);
    });

    it('a unique index cannot be created over duplicates', async () => {
      const things = context.store.collection('things');
      await things.insertMany([1, 2].map((_id) => ({ _id, v: 'same' })));

      await expect(things.ensureIndex({ keys: { v: 1 }, unique: true })).rejects.toMatchObject({
        code: 'store.duplicate-key',
      });
      await things.insertOne({ _id: 3, v: 'same' });

      expect(await things.count({ v: 'same' })).toBe(3);
    });
  });
}

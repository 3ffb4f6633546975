import { describe, expect, it } from '@jest/globals';
import { Binary, ObjectId } from 'bson';
import { allOf, eachWithStore, errorOf, idsOf, textOf, type MakeStore } from './bundle.contract.js';

/** One value of each type, in the order in which MongoDB sorts them. */
const ascending = [
  null,
  -Infinity,
  -1.5,
  0,
  1,
  1e300,
  '',
  'B',
  'a',
  'a\u0000b',
  'ab',
  'ä',
  '😀',
  {},
  { a: 1 },
  { a: 2 },
  { a: 2, b: 1 },
  { b: 0 },
  new Binary(Uint8Array.of(9)),
  new Binary(Uint8Array.of(1, 1)),
  new ObjectId('000000000000000000000001'),
  new ObjectId('ff0000000000000000000000'),
  false,
  true,
  new Date(-1),
  new Date(0),
  new Date(1),
];

export function describeSorting(make: MakeStore): void {
  describe('sorting', () => {
    const context = eachWithStore(make);

    it('ids are sorted by type, then by value', async () => {
      const things = context.store.collection('things');
      const ids = ascending.slice(1); // MongoDB's driver treats an _id of null as a missing one
      await things.insertMany(ids.toReversed().map((_id) => ({ _id })));

      expect((await idsOf(things, {}, { sort: { _id: 1 } })).map(textOf)).toEqual(ids.map(textOf));
      expect((await idsOf(things, {}, { sort: { _id: -1 } })).map(textOf)).toEqual(ids.toReversed().map(textOf));
    });

    it.each([false, true])('fields are sorted by type, then by value, with an index: %s', async (indexed) => {
      const things = context.store.collection('things');
      if (indexed) {
        await things.ensureIndex({ keys: { v: 1 } });
      }
      await things.insertMany(ascending.toReversed().map((v, _id) => ({ _id, v })));

      const up = await allOf(things, {}, { sort: { v: 1 } });
      const down = await allOf(things, {}, { sort: { v: -1 } });

      expect(up.map(({ v }) => textOf(v))).toEqual(ascending.map(textOf));
      expect(down.map(({ v }) => textOf(v))).toEqual(ascending.toReversed().map(textOf));
    });

    it.each([false, true])('a sort by several fields uses them in order, with an index: %s', async (indexed) => {
      const things = context.store.collection('things');
      if (indexed) {
        await things.ensureIndex({ keys: { 'a.b': 1, c: -1 } });
      }
      await things.insertMany([
        { _id: 1, a: { b: 2 }, c: 1 },
        { _id: 2, a: { b: 1 }, c: 1 },
        { _id: 3, a: { b: 1 }, c: 2 },
        { _id: 4, c: 5 },
      ]);

      expect(await idsOf(things, {}, { sort: { 'a.b': 1, c: -1 } })).toEqual([4, 3, 2, 1]);
      expect(await idsOf(things, { 'a.b': 1 }, { sort: { c: 1 }, limit: 1 })).toEqual([2]);
    });

    it.each([false, true])(
      'an array is sorted by its smallest or largest element, with an index: %s',
      async (indexed) => {
        const things = context.store.collection('things');
        if (indexed) {
          await things.ensureIndex({ keys: { v: 1 } });
        }
        await things.insertMany([
          { _id: 'list', v: [1, 9] },
          { _id: 'three', v: 3 },
          { _id: 'zero', v: 0 },
        ]);

        expect(await idsOf(things, {}, { sort: { v: 1 } })).toEqual(['zero', 'list', 'three']);
        expect(await idsOf(things, {}, { sort: { v: -1 } })).toEqual(['list', 'three', 'zero']);
      },
    );

    it('a limit ends the result; a limit of 0 is refused instead of meaning no limit', async () => {
      const things = context.store.collection('things');
      await things.insertMany([3, 1, 2].map((_id) => ({ _id })));

      expect(await idsOf(things, {}, { sort: { _id: -1 }, limit: 2 })).toEqual([3, 2]);
      expect(await things.findOne({}, { sort: { _id: 1 } })).toEqual({ _id: 1 });
      expect(await errorOf(idsOf(things, {}, { limit: 0 }))).toMatchObject({ code: 'store.filter-refused' });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { BSONRegExp, Double, Int32, Long } from 'bson';
import type { Projection } from '../store.js';
import { eachWithStore, errorOf, textOf, type MakeStore } from './bundle.contract.js';

/** Makes the document so large that a store may decode only what it needs of it. */
const long = 'x'.repeat(2_000);
const document = { _id: 1, a: 1, b: { c: 2, d: [{ e: 3, f: 4 }, 5] }, long, g: 6 };

const cases: readonly (readonly [Projection, object])[] = [
  [{}, document],
  [{ a: 1 }, { _id: 1, a: 1 }],
  [{ _id: 1 }, { _id: 1 }],
  [{ a: 1, _id: 0 }, { a: 1 }],
  [
    { 'b.c': 1, missing: 1, 'a.x': 1 },
    { _id: 1, b: { c: 2 } },
  ],
  [{ 'b.d.e': 1 }, { _id: 1, b: { d: [{ e: 3 }] } }],
  [{ b: 0 }, { _id: 1, a: 1, long, g: 6 }],
  [{ _id: 0 }, { a: 1, b: document.b, long, g: 6 }],
  [
    { 'b.d.e': 0, a: 0 },
    { _id: 1, b: { c: 2, d: [{ f: 4 }, 5] }, long, g: 6 },
  ],
];

export function describeProjecting(make: MakeStore): void {
  describe('projecting', () => {
    const context = eachWithStore(make);

    it.each(cases)('%j includes or excludes the fields that it names', async (projection, expected) => {
      const things = context.store.collection('things');
      await things.insertOne(document);

      expect(await things.findOne({ _id: 1 }, { projection })).toEqual(expected);
      const found = things.find({ g: { $gt: 5 }, $or: [{ 'b.c': 2 }, { missing: 1 }] }, { projection, sort: { a: 1 } });
      expect(await Array.fromAsync(found)).toEqual([expected]);
    });

    it('a projection that both includes and excludes fields is refused', async () => {
      const things = context.store.collection('things');
      await things.insertOne(document);

      expect(await errorOf(things.findOne({ _id: 1 }, { projection: { a: 1, g: 0 } }))).toMatchObject({
        kind: 'ProcessingError',
      });
    });

    it('C7: with exact types a document has the numbers of the store, and is the same bytes when it is stored again', async () => {
      const things = context.store.collection('things');
      const numbers = [new Int32(7), new Double(7), Long.fromNumber(7), new Double(2 ** 40), new Double(2.5)];
      await things.insertMany([
        { _id: 'a', numbers, pattern: new BSONRegExp('a', 'ix') },
        { _id: 'b', n: 1 },
      ]);

      const found = await Array.fromAsync(things.find({ _id: 'a' }, { exactTypes: true, sort: { _id: 1 } }));

      expect(found.map((one) => textOf(one))).toEqual([
        textOf({ _id: 'a', numbers, pattern: new BSONRegExp('a', 'ix') }),
      ]);
      expect(await things.findOne({ _id: 'a' })).toMatchObject({ numbers: [7, 7, 7, 2 ** 40, 2.5] });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { Projection } from '../store.js';
import { eachWithStore, errorOf, type MakeStore } from './bundle.contract.js';

const document = { _id: 1, a: 1, b: { c: 2, d: [{ e: 3, f: 4 }, 5] }, g: 6 };

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
  [{ b: 0 }, { _id: 1, a: 1, g: 6 }],
  [{ _id: 0 }, { a: 1, b: document.b, g: 6 }],
  [
    { 'b.d.e': 0, a: 0 },
    { _id: 1, b: { c: 2, d: [{ f: 4 }, 5] }, g: 6 },
  ],
];

export function describeProjecting(make: MakeStore): void {
  describe('projecting', () => {
    const context = eachWithStore(make);

    it.each(cases)('%j includes or excludes the fields that it names', async (projection, expected) => {
      const things = context.store.collection('things');
      await things.insertOne(document);

      expect(await things.findOne({ _id: 1 }, { projection })).toEqual(expected);
    });

    it('a projection that both includes and excludes fields is refused', async () => {
      const things = context.store.collection('things');
      await things.insertOne(document);

      expect(await errorOf(things.findOne({ _id: 1 }, { projection: { a: 1, g: 0 } }))).toMatchObject({
        kind: 'ProcessingError',
      });
    });
  });
}

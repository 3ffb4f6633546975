import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Vectors } from './index.js';
import { fields, rowOf, type CurrentVectors } from './contract-rows.contract.js';

const timeoutMs = 600_000;

/** The part of the contract that is about finding rows by a vector or a text. */
export function describeSearching(current: CurrentVectors): void {
  let vectors: Vectors;
  let collection: string;
  beforeEach(() => {
    ({ vectors, collection } = current());
  });
  const open = () => current().open();

  describe('finding vectors by a text', () => {
    const indexed = { dimensions: 3, fields, optionalFields: ['text_hash', 'model'], indexedField: 'text_hash' };
    const where = { model: 'm' };
    const texts = (hash: string, model = 'm') => ({ optional: { text_hash: hash, model } });

    it('M2: of rows with the same text in a field one has its vector read, number by number', async () => {
      const name = `${collection}_texts`;
      await vectors.ensureCollection({ name, ...indexed });
      await vectors.upsert(name, [
        { ...rowOf('a', [0.1, -2, 1e-7]), ...texts('one') },
        { ...rowOf('b', [0.1, -2, 1e-7]), ...texts('one') },
        { ...rowOf('c', [3, 0, 0]), ...texts('t"w\\o') },
        { ...rowOf('d', [4, 0, 0]), ...texts('other model', 'n') },
        { ...rowOf('e', [5, 0, 0]), ...texts('gone') },
      ]);
      await vectors.delete(name, ['e']);
      await vectors.upsert(name, [{ ...rowOf('f', [6, 0, 0]), ...texts('old') }]);
      await vectors.upsert(name, [{ ...rowOf('f', [7, 0, 0]), ...texts('new') }]);

      const asked = ['one', 't"w\\o', 'other model', 'gone', 'old', 'new', 'one', 'none'];
      const found = await (await open()).findVectors(name, { field: 'text_hash', texts: asked, where });
      expect([...found].toSorted()).toEqual([
        ['new', Float32Array.of(7, 0, 0)],
        ['one', Float32Array.of(0.1, -2, 1e-7)],
        ['t"w\\o', Float32Array.of(3, 0, 0)],
      ]);
      expect((await vectors.findVectors(name, { field: 'text_hash', texts: [], where })).size).toBe(0);
    });

    it(
      'M2: a text that thousands of rows have hides no other',
      async () => {
        const name = `${collection}_texts`;
        await vectors.ensureCollection({ name, ...indexed });
        const rows = Array.from({ length: 5_000 }, (_, number) => ({
          ...rowOf(`key ${number}`, [number + 1, 0, 0]),
          ...texts(number % 1_000 === 999 ? `rare ${number}` : `frequent ${number % 2}`),
        }));
        await vectors.upsert(name, rows);

        const asked = ['frequent 0', 'rare 999', 'rare 4999', 'frequent 1', 'rare 1'];
        const found = await vectors.findVectors(name, { field: 'text_hash', texts: asked, where });
        expect([...found.keys()].toSorted()).toEqual(['frequent 0', 'frequent 1', 'rare 4999', 'rare 999']);
        expect(found.get('rare 4999')).toEqual(Float32Array.of(5_000, 0, 0));
      },
      timeoutMs,
    );

    it('a collection without the fields, and one that is not there, have none', async () => {
      await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);

      for (const name of [collection, `${collection}_unknown`]) {
        expect((await vectors.findVectors(name, { field: 'text_hash', texts: ['one'], where })).size).toBe(0);
      }
    });

    it('M2: a collection that was made without the index gets it where it is ensured with it', async () => {
      const name = `${collection}_texts`;
      const { indexedField, ...plain } = indexed;
      await vectors.ensureCollection({ name, ...plain });
      await vectors.upsert(name, [{ ...rowOf('a', [1, 0, 0]), ...texts('one') }]);
      const later = await open();
      await later.ensureCollection({ name, ...plain, indexedField });
      await later.upsert(name, [{ ...rowOf('b', [2, 0, 0]), ...texts('two') }]);

      const found = await vectors.findVectors(name, { field: 'text_hash', texts: ['one', 'two'], where });
      expect([...found.keys()].toSorted()).toEqual(['one', 'two']);
    });
  });

  describe('searching', () => {
    it('hits are ordered by the direction of their vectors, whatever their length', async () => {
      await vectors.upsert(collection, [
        rowOf('opposite', [-1, 0, 0]),
        rowOf('across', [0, 5, 0]),
        rowOf('near', [0.9, 0.1, 0]),
        rowOf('same, longer', [100, 0, 0]),
      ]);

      const hits = await vectors.search(collection, Float32Array.of(1, 0, 0), 4);
      expect(hits.map(({ key }) => key)).toEqual(['same, longer', 'near', 'across', 'opposite']);
      expect(hits[0]!.similarity).toBeCloseTo(1, 5);
      expect(hits[1]!.similarity).toBeCloseTo(0.9 / Math.hypot(0.9, 0.1), 5);
      expect(hits[2]!.similarity).toBeCloseTo(0, 5);
      expect(hits[3]!.similarity).toBeCloseTo(-1, 5);
    });

    it('a search returns at most as many hits as its limit', async () => {
      await vectors.upsert(collection, [rowOf('a', [1, 0, 0]), rowOf('b', [0, 1, 0]), rowOf('c', [0, 0, 1])]);
      const query = Float32Array.of(1, 0.5, 0.1);

      expect((await vectors.search(collection, query, 2)).map(({ key }) => key)).toEqual(['a', 'b']);
      expect(await vectors.search(collection, query, 100)).toHaveLength(3);
    });

    it('an empty collection has no hits', async () => {
      expect(await vectors.search(collection, Float32Array.of(1, 0, 0), 5)).toEqual([]);
    });

    it('a search with other dimensions or without finite numbers is refused', async () => {
      const refusal = { kind: 'ValidationError', code: 'vectors.bad-query' };

      await expect(vectors.search(collection, Float32Array.of(1, 0), 1)).rejects.toMatchObject(refusal);
      await expect(vectors.search(collection, Float32Array.of(1, 0, Number.NaN), 1)).rejects.toMatchObject(refusal);
    });

    it('a vector that is a slice of a longer array is stored as the slice', async () => {
      const whole = Float32Array.of(9, 9, 0, 1, 0, 9);
      await vectors.upsert(collection, [{ ...rowOf('slice', []), vector: whole.subarray(2, 5) }]);

      const [hit] = await vectors.search(collection, Float32Array.of(0, 1, 0), 1);
      expect(hit).toMatchObject({ key: 'slice', similarity: expect.closeTo(1, 5) });
    });
  });
}

import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Vectors } from './index.js';
import { rowOf, type CurrentVectors } from './contract-rows.contract.js';

/** The part of the contract that is about reading rows by their keys, and deleting them. */
export function describeReading(current: CurrentVectors): void {
  let vectors: Vectors;
  let collection: string;
  beforeEach(() => {
    ({ vectors, collection } = current());
  });
  const open = () => current().open();

  describe('reading rows, and deleting them', () => {
    /** With quotes, backslashes, line breaks and letters that some orders sort apart from others. */
    const oddKeys = [
      'a',
      'A',
      'a"b',
      "a'b",
      'a\\b',
      'a\nb',
      '{"$oid":"507f"}',
      'é',
      '雪',
      '😀',
      '\uFFFD',
      'a%b',
      'null',
      ' ',
    ];

    it('every row is read once, with its fields', async () => {
      const rows = [...oddKeys, ...Array.from({ length: 3_000 }, (_, number) => `key ${number}`)];
      await vectors.upsert(
        collection,
        rows.map((key) => rowOf(key, [1, 0, 0])),
      );
      await vectors.upsert(
        collection,
        rows.slice(500, 2_000).map((key) => rowOf(key, [0, 1, 0])),
      );

      const read = await Array.fromAsync(vectors.entries(collection));
      expect(read.map(({ key }) => key).sort()).toEqual(rows.toSorted());
      expect(read.find(({ key }) => key === 'a"b')).toEqual({
        key: 'a"b',
        fields: rowOf('a"b', []).fields,
      });
    });

    it('rows are found by their keys, letter by letter', async () => {
      await vectors.upsert(
        collection,
        oddKeys.map((key) => rowOf(key, [1, 0, 0])),
      );

      const found = await vectors.find(collection, [...oddKeys, 'b', 'É', '']);
      expect([...found.keys()].sort()).toEqual(oddKeys.toSorted());
      expect(found.get('雪')?.fields).toEqual(rowOf('雪', []).fields);
      expect((await vectors.find(collection, [])).size).toBe(0);
    });

    it('R12: deleted rows are gone for every process, and others stay', async () => {
      const other = await open();
      await vectors.upsert(
        collection,
        [...oddKeys, 'stays'].map((key) => rowOf(key, [1, 0, 0])),
      );
      await vectors.delete(collection, [...oddKeys, 'none']);
      await vectors.delete(collection, []);

      expect(await other.count(collection)).toBe(1);
      expect(await Array.fromAsync(other.entries(collection))).toMatchObject([{ key: 'stays' }]);
      expect(await other.search(collection, Float32Array.of(1, 0, 0), 20)).toHaveLength(1);
      await other.upsert(collection, [rowOf('a', [1, 0, 0])]);
      expect((await vectors.find(collection, ['a'])).size).toBe(1);
    });

    it('an unknown collection has no rows, and nothing of it is deleted', async () => {
      const unknown = `${collection}_unknown`;
      await vectors.delete(unknown, ['a']);

      expect(await Array.fromAsync(vectors.entries(unknown))).toEqual([]);
      expect((await vectors.find(unknown, ['a'])).size).toBe(0);
      expect(await Array.fromAsync(vectors.entries(collection))).toEqual([]);
    });
  });
}

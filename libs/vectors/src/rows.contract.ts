import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Vectors } from './index.js';
import { fields, pseudoRandom, rowOf, rowWith, type CurrentVectors } from './contract-rows.contract.js';

const timeoutMs = 600_000;

/** The part of the contract that is about writing rows. */
export function describeRows(current: CurrentVectors): void {
  let vectors: Vectors;
  let collection: string;
  beforeEach(() => {
    ({ vectors, collection } = current());
  });
  const open = () => current().open();

  describe('rows', () => {
    it('E4: a row keeps its key, the id of its chunk and the id of its parent document', async () => {
      const row = {
        key: 'k/1',
        fields: { block_mongo_id: '65f0c0ffee', block_doc_id: 'report "2024" é' },
        vector: Float32Array.of(1, 0, 0),
      };
      await vectors.upsert(collection, [row]);

      const [hit] = await vectors.search(collection, row.vector, 1);
      expect(hit).toMatchObject({ key: 'k/1', fields: row.fields });
    });

    it.each<[Readonly<Record<string, string>>]>([
      [{}],
      [{ order: '1' }],
      [{ distance: 'é', page: '7', select: 'x', similarity: '"', constructor: "'" }],
    ])('a row keeps the fields of its collection: %j', async (texts) => {
      const other = `${collection}_fields`;
      await vectors.ensureCollection({ name: other, dimensions: 2, fields: Object.keys(texts) });
      await vectors.upsert(other, [{ key: 'a', fields: texts, vector: Float32Array.of(1, 0) }]);
      await vectors.upsert(other, [{ key: 'a', fields: texts, vector: Float32Array.of(0, 1) }]);

      const later = await open();
      const hits = await later.search(other, Float32Array.of(0, 1), 2);
      expect(hits).toEqual([{ key: 'a', fields: texts, similarity: expect.closeTo(1, 5) }]);
    });

    it.each<[Readonly<Record<string, string>>, string]>([
      [{ block_mongo_id: 'c' }, 'lacks the field block_doc_id'],
      [{ block_mongo_id: '', block_doc_id: 'p' }, 'empty field block_mongo_id'],
      [{ block_mongo_id: 'c', block_doc_id: 'p', page: '7' }, 'the field page'],
    ])('the refusal of a row with the fields %j names the row and the field', async (texts, problem) => {
      const call = vectors.upsert(collection, [rowOf('good', [1, 0, 0]), rowWith(texts)]);

      await expect(call).rejects.toMatchObject({
        code: 'vectors.bad-row',
        message: expect.stringMatching(new RegExp(`^Row 1 .*"bad".* ${problem}`)),
      });
    });

    it('the same row written twice is stored once', async () => {
      const rows = [rowOf('a', [1, 0, 0]), rowOf('b', [0, 1, 0])];
      await vectors.upsert(collection, rows);
      await vectors.upsert(collection, rows);

      expect(await vectors.count(collection)).toBe(2);
      expect(await vectors.search(collection, rows[0]!.vector, 10)).toHaveLength(2);
    });

    it('a row with an existing key replaces the whole previous row', async () => {
      await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);
      const others = { block_mongo_id: 'other chunk', block_doc_id: 'other parent' };
      await vectors.upsert(collection, [{ ...rowOf('a', [0, 0, 1]), fields: others }]);

      const hits = await vectors.search(collection, Float32Array.of(0, 0, 1), 10);
      expect(hits).toEqual([{ key: 'a', fields: others, similarity: expect.closeTo(1, 5) }]);
    });

    it('when a call has two rows with one key, the last one is stored', async () => {
      await vectors.upsert(collection, [rowOf('a', [1, 0, 0]), rowOf('b', [0, 1, 0]), rowOf('a', [0, 0, 1])]);

      const [nearest] = await vectors.search(collection, Float32Array.of(0, 0, 1), 1);
      expect(nearest).toMatchObject({ key: 'a', similarity: expect.closeTo(1, 5) });
      expect(await vectors.count(collection)).toBe(2);
    });

    it('an empty call writes nothing', async () => {
      await vectors.upsert(collection, []);

      expect(await vectors.count(collection)).toBe(0);
    });

    it.each([
      ['fewer dimensions', rowOf('bad', [1, 0])],
      ['more dimensions', rowOf('bad', [1, 0, 0, 0])],
      ['no dimensions', rowOf('bad', [])],
      ['NaN', rowOf('bad', [0, Number.NaN, 0])],
      ['an infinity', rowOf('bad', [0, 0, Number.POSITIVE_INFINITY])],
      ['an empty key', rowOf('', [1, 0, 0])],
      ['an empty chunk id', rowWith({ block_mongo_id: '', block_doc_id: 'p' })],
      ['an empty parent id', rowWith({ block_mongo_id: 'c', block_doc_id: '' })],
      ['no parent id', rowWith({ block_mongo_id: 'c' })],
      ['no field at all', rowWith({})],
      ['an unknown field', rowWith({ block_mongo_id: 'c', block_doc_id: 'p', page: '7' })],
    ])('a row with %s is refused, and nothing of its call is written', async (_, bad) => {
      const call = vectors.upsert(collection, [rowOf('good', [1, 0, 0]), bad, rowOf('also good', [0, 1, 0])]);

      await expect(call).rejects.toMatchObject({ kind: 'ValidationError', code: 'vectors.bad-row' });
      expect(await vectors.count(collection)).toBe(0);
    });

    it('rows are visible to another process at once, and after a restart', async () => {
      const other = await open();
      await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);
      expect(await other.count(collection)).toBe(1);
      expect(await other.search(collection, Float32Array.of(1, 0, 0), 1)).toHaveLength(1);
      await vectors.close();
      await other.close();

      const later = await open();
      expect(await later.count(collection)).toBe(1);
    });

    it(
      'E2: 2,000 rows of 1536 dimensions are written in one call, and each is found by its own vector',
      async () => {
        const many = `${collection}_many`;
        const rows = Array.from({ length: 2_000 }, (_, number) => rowOf(`key ${number}`, pseudoRandom(number, 1_536)));
        await vectors.ensureCollection({ name: many, dimensions: 1_536, fields });
        await vectors.upsert(many, rows);
        await vectors.upsert(many, rows.slice(500, 1_500));

        expect(await vectors.count(many)).toBe(2_000);
        for (const number of [0, 777, 1_999]) {
          const [hit, next] = await vectors.search(many, rows[number]!.vector, 2);
          expect(hit).toMatchObject({ key: `key ${number}`, similarity: expect.closeTo(1, 4) });
          expect(next!.similarity).toBeLessThan(0.5);
        }
      },
      timeoutMs,
    );
  });

  describe('optional fields', () => {
    const optionalFields = ['text_hash', 'model'];
    const optional = { text_hash: 'h', model: 'm' };
    const row = { ...rowOf('a', [1, 0, 0]), optional };

    it('E4: a new collection has them, and its rows keep their texts', async () => {
      const name = `${collection}_new`;
      await vectors.ensureCollection({ name, dimensions: 3, fields, optionalFields });
      await vectors.upsert(name, [row]);

      const later = await open();
      await later.ensureCollection({ name, dimensions: 3, fields, optionalFields });
      expect(await later.hasCollection({ name, dimensions: 3, fields, optionalFields })).toBe(true);
      expect((await later.find(name, ['a'])).get('a')).toEqual({ key: 'a', fields: { ...row.fields, ...optional } });
      expect(await later.search(name, row.vector, 1)).toMatchObject([{ fields: { ...row.fields, ...optional } }]);
    });

    it('a collection that was made without them is accepted, and takes rows without them', async () => {
      await vectors.ensureCollection({ name: collection, dimensions: 3, fields, optionalFields });
      await vectors.upsert(collection, [row]);

      expect((await vectors.find(collection, ['a'])).get('a')).toEqual({ key: 'a', fields: row.fields });
    });

    it('a row must have a text for those that its collection has', async () => {
      const name = `${collection}_new`;
      await vectors.ensureCollection({ name, dimensions: 3, fields, optionalFields });

      await expect(vectors.upsert(name, [rowOf('a', [1, 0, 0])])).rejects.toMatchObject({ code: 'vectors.bad-row' });
    });
  });
}

/** Long because it is the whole contract of the vectors in one place: a list of independent guarantees. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { VectorRow, Vectors } from './index.js';

export interface VectorsUnderTest {
  /** Opens the store on the same data, as a new process does. */
  open(): Promise<Vectors>;
  /** Called after every opened store is closed. */
  dispose(): Promise<void>;
}

const timeoutMs = 600_000;
const fields = ['block_mongo_id', 'block_doc_id'];

/** The guarantees of every adapter of the vectors. */
export function describeVectorsContract(name: string, make: () => Promise<VectorsUnderTest>): void {
  describe(`${name} keeps the contract of the vectors`, () => {
    let underTest: VectorsUnderTest;
    let opened: Vectors[];
    let vectors: Vectors;
    let collection: string;

    const open = async () => {
      const another = await underTest.open();
      opened.push(another);
      return another;
    };

    beforeEach(async () => {
      underTest = await make();
      opened = [];
      vectors = await open();
      collection = `contract_${randomUUID().replaceAll('-', '_')}`;
      await vectors.ensureCollection({ name: collection, dimensions: 3, fields });
    }, timeoutMs);

    afterEach(async () => {
      for (const each of opened) await each.close();
      await underTest.dispose();
    }, timeoutMs);

    describe('collections', () => {
      it('ensuring a collection again keeps its rows', async () => {
        await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);
        await vectors.ensureCollection({ name: collection, dimensions: 3, fields });

        expect(await vectors.count(collection)).toBe(1);
      });

      it('a collection is there once it was ensured, and asking for it creates nothing', async () => {
        const missing = { name: `${collection}_none`, dimensions: 3, fields };

        expect(await vectors.hasCollection(missing)).toBe(false);
        expect(await vectors.hasCollection(missing)).toBe(false);
        expect(await (await open()).hasCollection({ name: collection, dimensions: 3, fields })).toBe(true);
        for (const [other, code] of [
          [{ dimensions: 4, fields }, 'vectors.other-dimensions'],
          [{ dimensions: 3, fields: ['page'] }, 'vectors.other-fields'],
        ] as const) {
          await expect(vectors.hasCollection({ name: collection, ...other })).rejects.toMatchObject({ code });
        }
      });

      it('the server is described', async () => {
        expect(await vectors.describeServer()).toMatchObject({ name: expect.stringMatching(/./) });
      });

      it('ensuring a collection with other dimensions is refused, in every process', async () => {
        const later = await open();

        for (const each of [vectors, later]) {
          await expect(each.ensureCollection({ name: collection, dimensions: 4, fields })).rejects.toMatchObject({
            kind: 'ValidationError',
            code: 'vectors.other-dimensions',
            message: expect.stringMatching(new RegExp(`${collection}.*3.*4`)),
          });
        }
      });

      it.each(['', '1st', 'with-dash', 'with space', 'quote"', "semi';--", 'dot.ted', 'é', 'a'.repeat(256), 'a\n'])(
        'the name %j is refused',
        async (bad) => {
          await expect(vectors.ensureCollection({ name: bad, dimensions: 3, fields })).rejects.toMatchObject({
            kind: 'ValidationError',
            code: 'vectors.bad-name',
          });
        },
      );

      it.each([['block_mongo_id'], [...fields, 'page'], ['block_mongo_id', 'page'], []].map((others) => [others]))(
        'a collection of other fields is refused when %j is requested',
        async (others) => {
          await expect(
            vectors.ensureCollection({ name: collection, dimensions: 3, fields: others }),
          ).rejects.toMatchObject({ kind: 'ValidationError', code: 'vectors.other-fields' });
        },
      );

      it('a collection is accepted when its fields are requested in another order', async () => {
        await vectors.ensureCollection({ name: collection, dimensions: 3, fields: fields.toReversed() });
        await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);

        expect(await vectors.count(collection)).toBe(1);
      });

      it.each([
        '',
        'Page',
        '1st',
        '_page',
        'a-b',
        'a"',
        'é',
        'a'.repeat(64),
        'key',
        'vector',
        'score',
        'and',
        'array_length',
      ])('the field name %j is refused', async (bad) => {
        await expect(
          vectors.ensureCollection({ name: `${collection}_x`, dimensions: 3, fields: ['page', bad] }),
        ).rejects.toMatchObject({ kind: 'ValidationError', code: 'vectors.bad-name' });
      });

      it('a field name that is requested twice is refused', async () => {
        await expect(
          vectors.ensureCollection({ name: `${collection}_x`, dimensions: 3, fields: ['page', 'page'] }),
        ).rejects.toMatchObject({ code: 'vectors.bad-name', message: expect.stringContaining('page') });
      });

      it.each([0, -1, 1.5, Number.NaN])('%p dimensions are refused', async (dimensions) => {
        await expect(vectors.ensureCollection({ name: `${collection}_x`, dimensions, fields })).rejects.toMatchObject({
          code: 'vectors.bad-dimensions',
        });
      });

      it('names that differ only in case are two collections', async () => {
        const upper = collection.toUpperCase();
        await vectors.ensureCollection({ name: upper, dimensions: 2, fields });
        await vectors.upsert(upper, [rowOf('a', [1, 0])]);

        expect(await vectors.count(upper)).toBe(1);
        expect(await vectors.count(collection)).toBe(0);
      });

      it('an unknown collection counts 0 and refuses rows and searches', async () => {
        const unknown = `${collection}_unknown`;
        const refusal = { kind: 'ValidationError', code: 'vectors.unknown-collection' };

        expect(await vectors.count(unknown)).toBe(0);
        await expect(vectors.upsert(unknown, [rowOf('a', [1, 0, 0])])).rejects.toMatchObject(refusal);
        await expect(vectors.search(unknown, new Float32Array(3), 1)).rejects.toMatchObject(refusal);
      });
    });

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
          const rows = Array.from({ length: 2_000 }, (_, number) =>
            rowOf(`key ${number}`, pseudoRandom(number, 1_536)),
          );
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

    describe('deleting', () => {
      it('R12: a deleted row is neither counted nor found, and others stay, in every process', async () => {
        await vectors.upsert(collection, [rowOf('a', [1, 0, 0]), rowOf('b', [0, 1, 0]), rowOf('c', [0, 0, 1])]);
        await vectors.delete(collection, ['a', 'c', 'none']);

        for (const each of [vectors, await open()]) {
          expect(await each.count(collection)).toBe(1);
          expect((await each.search(collection, Float32Array.of(1, 0, 0), 9)).map(({ key }) => key)).toEqual(['b']);
          expect(await each.keysOf(collection, ['a', 'b', 'c', 'none'])).toEqual(new Set(['b']));
        }
      });

      it('a key is any text, and is compared as a whole', async () => {
        const keys = [`"it's"`, '%', 'a" or 1==1 --', '{"$oid":"65a1f0c2e4b0a1b2c3d4e5f6"}', 'a\\b', 'é'];
        await vectors.upsert(
          collection,
          [...keys, 'stays'].map((key) => rowOf(key, [1, 0, 0])),
        );

        expect(await vectors.keysOf(collection, keys)).toEqual(new Set(keys));
        await vectors.delete(collection, keys);
        expect(await vectors.keysOf(collection, [...keys, 'stays'])).toEqual(new Set(['stays']));
      });

      it('a row may be written again after it was deleted', async () => {
        await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);
        await vectors.delete(collection, ['a']);
        await vectors.upsert(collection, [rowOf('a', [0, 1, 0])]);

        expect(await vectors.search(collection, Float32Array.of(0, 1, 0), 9)).toMatchObject([
          { key: 'a', similarity: expect.closeTo(1, 5) },
        ]);
      });

      it('deleting no keys, and deleting from an unknown collection, changes nothing', async () => {
        await vectors.delete(collection, []);
        await vectors.delete(`${collection}_none`, ['a']);

        expect(await vectors.keysOf(`${collection}_none`, ['a'])).toEqual(new Set());
        expect(await vectors.count(`${collection}_none`)).toBe(0);
      });
    });

    it('the check succeeds when the store is available', async () => {
      await expect(vectors.check()).resolves.toBeUndefined();
    });
  });
}

function rowOf(key: string, vector: readonly number[]): VectorRow {
  const ids = { block_mongo_id: `chunk of ${key}`, block_doc_id: `parent of ${key}` };
  return { key, fields: ids, vector: Float32Array.from(vector) };
}

function rowWith(texts: Readonly<Record<string, string>>): VectorRow {
  return { ...rowOf('bad', [1, 0, 0]), fields: texts };
}

/** The same numbers for the same seed, around zero, so that vectors of different seeds are dissimilar. */
function pseudoRandom(seed: number, length: number): number[] {
  let state = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

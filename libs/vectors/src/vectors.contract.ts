/** Long because it is the whole contract of the vectors in one place: a list of independent guarantees. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expectModelOfRows, type VectorRow, type Vectors } from './index.js';
import { describeAliases } from './aliases.contract.js';
import { describePartitions } from './partitions.contract.js';
import { describeRowFields } from './row-fields.contract.js';

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

      it('Y6: a collection remembers its model, in every process, and is refused for another one', async () => {
        const name = `${collection}_of_model`;
        const of = (model: string) => ({ name, dimensions: 3, fields, model });
        await vectors.ensureCollection(of('one "model"'));
        const later = await open();
        await later.ensureCollection(of('one "model"'));

        const refusal = {
          kind: 'ValidationError',
          code: 'vectors.other-model',
          message: expect.stringMatching(/one "model".*other/),
        };
        for (const each of [vectors, later]) {
          await expect(each.ensureCollection(of('other'))).rejects.toMatchObject(refusal);
          await expect(each.hasCollection(of('other'))).rejects.toMatchObject(refusal);
          expect(await each.describe(name)).toMatchObject({ name, dimensions: 3, model: 'one "model"' });
        }
        expect((await vectors.describe(collection))?.model).toBeUndefined();
        expect(await vectors.describe(`${name}_none`)).toBeNull();
        await vectors.ensureCollection({ name: collection, dimensions: 3, fields, model: 'other' });
      });

      it('Y6: a collection that remembers no model is of that of its first row', async () => {
        const row = (key: string, model: string) => ({
          ...rowOf(key, [1, 0, 0]),
          fields: { ...rowOf(key, []).fields, model },
        });
        const name = `${collection}_rows`;
        await vectors.ensureCollection({ name, dimensions: 3, fields: [...fields, 'model'] });
        await expectModelOfRows(vectors, name, { field: 'model', model: 'one' });
        await vectors.upsert(name, [row('a', 'one')]);

        await expectModelOfRows(vectors, name, { field: 'model', model: 'one' });
        await expect(expectModelOfRows(vectors, name, { field: 'model', model: 'two' })).rejects.toMatchObject({
          code: 'vectors.other-model',
        });
        await vectors.upsert(collection, [rowOf('a', [1, 0, 0])]);
        await expectModelOfRows(vectors, collection, { field: 'model', model: 'two' });
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

    describeRowFields(() => ({ vectors, collection, open }));

    describeAliases(() => ({ vectors, collection, open }));

    describePartitions(() => ({ vectors, collection, open }));

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

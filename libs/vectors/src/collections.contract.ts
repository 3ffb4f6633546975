import { beforeEach, describe, expect, it } from '@jest/globals';
import { expectModelOfRows, type Vectors } from './index.js';
import { fields, rowOf, type CurrentVectors } from './contract-rows.contract.js';

/** The part of the contract that is about collections. */
export function describeCollections(current: CurrentVectors): void {
  let vectors: Vectors;
  let collection: string;
  beforeEach(() => {
    ({ vectors, collection } = current());
  });
  const open = () => current().open();

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
}

import { describe, expect, it } from '@jest/globals';
import type { CurrentVectors } from './contract-rows.contract.js';

/** The part of the contract that is about aliases, and about collections that are dropped. */
export function describeAliases(current: CurrentVectors): void {
  describe('aliases', () => {
    const row = (key: string, vector: readonly number[]) => {
      return { key, fields: { block_mongo_id: key, block_doc_id: 'd' }, vector: Float32Array.from(vector) };
    };
    /** Beside the collection, which has three dimensions, one of two. */
    const withOther = async () => {
      const { vectors, collection, open } = current();
      const other = `${collection}_other`;
      const ofTwo = { name: other, dimensions: 2, fields: ['block_mongo_id', 'block_doc_id'], model: 'two' };
      await vectors.ensureCollection(ofTwo);
      return { vectors, collection, open, other, ofTwo, alias: `${collection}_alias` };
    };

    it('Y6: an alias points to one collection, in every process, and moves to another in one step', async () => {
      const { vectors, collection, open, other, alias } = await withOther();
      expect(await vectors.collectionOf(alias)).toBeNull();
      await vectors.setAlias(alias, collection);
      const later = await open();
      expect(await later.collectionOf(alias)).toMatchObject({ name: collection, dimensions: 3 });
      expect(await later.describe(alias)).toBeNull();

      await vectors.setAlias(alias, collection);
      await later.setAlias(alias, other);

      for (const each of [vectors, later, await open()]) {
        expect(await each.collectionOf(alias)).toMatchObject({ name: other, dimensions: 2, model: 'two' });
      }
    });

    it('Y6: of several processes that set one alias at once, one is the last', async () => {
      const { vectors, collection, open, other, alias } = await withOther();
      const later = await open();

      await Promise.all([vectors, later].map((each, at) => each.setAlias(alias, at === 0 ? collection : other)));

      const pointed = (await vectors.collectionOf(alias))?.name;
      expect([collection, other]).toContain(pointed);
      expect(await later.collectionOf(alias)).toMatchObject({ name: pointed });
    });

    it('the name of a collection is no alias and cannot become one, and only a collection has aliases', async () => {
      const { vectors, collection, other, alias } = await withOther();

      expect(await vectors.collectionOf(collection)).toBeNull();
      for (const [name, target, code] of [
        [other, collection, 'vectors.bad-name'],
        ['1st', collection, 'vectors.bad-name'],
        ['', collection, 'vectors.bad-name'],
        [alias, `${collection}_none`, 'vectors.unknown-collection'],
      ] as const) {
        await expect(vectors.setAlias(name, target)).rejects.toMatchObject({ kind: 'ValidationError', code });
      }
      expect(await vectors.collectionOf(alias)).toBeNull();
      await vectors.setAlias(alias, other);
      const named = { name: alias, dimensions: 2, fields: ['block_mongo_id', 'block_doc_id'] };
      for (const method of ['ensureCollection', 'hasCollection'] as const) {
        await expect(vectors[method](named)).rejects.toMatchObject({
          code: 'vectors.bad-name',
          message: expect.stringContaining(other),
        });
      }
    });

    it('Y6: a collection is dropped with its rows, for every process, unless an alias points to it', async () => {
      const { vectors, open, other, ofTwo, alias } = await withOther();
      await vectors.upsert(other, [row('a', [1, 0])]);
      await vectors.setAlias(alias, other);
      const later = await open();
      expect(await later.count(other)).toBe(1);
      await expect(vectors.dropCollection(other)).rejects.toMatchObject({
        kind: 'ValidationError',
        code: 'vectors.has-alias',
        message: expect.stringContaining(alias),
      });

      expect(await later.aliasesOf(other)).toEqual([alias]);
      await vectors.dropAlias(alias);
      await vectors.dropAlias(alias);
      expect(await later.collectionOf(alias)).toBeNull();
      expect(await later.aliasesOf(other)).toEqual([]);
      await vectors.dropCollection(other);
      await vectors.dropCollection(other);

      expect(await vectors.hasCollection(ofTwo)).toBe(false);
      expect(await vectors.describe(other)).toBeNull();
      for (const each of [vectors, await open()]) expect(await each.count(other)).toBe(0);
    });

    it('Y6: a collection that was dropped is created again with other dimensions, without rows', async () => {
      const { vectors, collection, open, other, ofTwo } = await withOther();
      await vectors.upsert(other, [row('a', [1, 0])]);
      await vectors.dropCollection(other);
      const ofThree = { ...ofTwo, dimensions: 3, fields: [...ofTwo.fields, 'page'] };

      await vectors.ensureCollection(ofThree);
      await vectors.upsert(other, [{ ...row('b', [1, 0, 0]), fields: { ...row('b', []).fields, page: '1' } }]);

      for (const each of [vectors, await open()]) {
        expect([...(await each.find(other, ['a', 'b'])).keys()]).toEqual(['b']);
        expect(await each.count(collection)).toBe(0);
      }
    });
  });
}

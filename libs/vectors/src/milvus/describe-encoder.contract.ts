import { DataType } from '@zilliz/milvus2-sdk-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeVectorsContract } from '../vectors.contract.js';
import { MilvusDatabase, collection, ours, rowOf, text, vector } from './milvus-database.contract.js';
import { MilvusVectors, type UpsertEncoder } from './index.js';

/** What an encoder of rows can change, in a suite for each of them. */
export function describeEncoder(encoder: UpsertEncoder): void {
  const database = new MilvusDatabase();
  const { client, url } = database;
  beforeAll(() => database.create());
  afterAll(() => database.drop());

  const withVectors = (test: (vectors: MilvusVectors) => Promise<void>) => database.withVectors({ encoder }, test);

  describe(`rows encoded by "${encoder}"`, () => {
    describeVectorsContract(
      'Milvus',
      async () => ({ open: () => MilvusVectors.open({ url, encoder }), dispose: () => database.dropAll() }),
      ['rows'],
    );

    it('a foreign collection with its fields in another order and with dynamic fields accepts rows', async () => {
      await client.createCollection({
        ...{ collection_name: 'blocks', fields: [vector, ...ours.toReversed()], enable_dynamic_field: true },
      });
      await withVectors(async (vectors) => {
        await vectors.ensureCollection(collection);
        await vectors.upsert('blocks', [rowOf('a'), rowOf('b')]);

        expect(await vectors.search('blocks', Float32Array.of(1, 2, 3), 5)).toHaveLength(2);
      });
    });

    it('E4: a foreign collection whose key and vector have other names, with fields of other types, is written, read and searched', async () => {
      const pk = { ...text('pk'), is_primary_key: true };
      const typed = [
        { name: 'pages', data_type: DataType.Int64 },
        { name: 'price', data_type: DataType.Double },
        { name: 'open', data_type: DataType.Bool },
      ];
      const embedding = { ...vector, name: 'embedding' };
      await client.createCollection({
        ...{ collection_name: 'books', fields: [embedding, ...typed, text('passage'), pk, text('book')] },
      });
      const values = { pages: 2n ** 60n, price: 0.5, open: true };
      const row = (key: string) => ({ ...rowOf(key), fields: { passage: 'p', book: key }, values });
      await withVectors(async (vectors) => {
        await vectors.ensureCollection({
          ...{ name: 'books', dimensions: 3, fields: ['book', 'passage'], model: 'any', optionalFields: ['model'] },
          valueFields: { price: 'number', open: 'boolean', pages: 'integer' },
        });
        await vectors.upsert('books', [row('a'), row('b'), row('"c"')]);
        await vectors.updateFields('books', [{ key: '"c"', values: { open: false } }]);
        await vectors.delete('books', ['b']);

        const { vector: query } = rowOf('a');
        const where = { kind: 'comparison', field: 'open', is: '=', value: false } as const;
        expect(await vectors.search('books', query, 5, where)).toMatchObject([
          { key: '"c"', fields: { passage: 'p', book: '"c"' }, values: { ...values, open: false } },
        ]);
        expect((await Array.fromAsync(vectors.entries('books'))).map(({ key }) => key).sort()).toEqual(['"c"', 'a']);
        expect((await vectors.find('books', ['a'])).get('a')?.values).toEqual(values);
        await expect(vectors.upsert('books', [row('x'.repeat(101))])).rejects.toMatchObject({
          code: 'vectors.bad-row',
        });
      });
    });

    it('a dropped collection is unknown, and can be created again', async () => {
      await withVectors(async (vectors) => {
        await vectors.ensureCollection(collection);
        await vectors.upsert('blocks', [rowOf('a')]);
        await client.dropCollection({ collection_name: 'blocks' });
        const unknown = { kind: 'ValidationError', code: 'vectors.unknown-collection' };

        await expect(vectors.upsert('blocks', [rowOf('a')])).rejects.toMatchObject(unknown);
        expect(await vectors.count('blocks')).toBe(0);
        await vectors.ensureCollection({ ...collection, dimensions: 2 });
        await vectors.upsert('blocks', [{ ...rowOf('a'), vector: Float32Array.of(1, 2) }]);
        expect(await vectors.count('blocks')).toBe(1);
      });
    });
  });
}

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataType } from '@zilliz/milvus2-sdk-node';
import { serverAddresses } from '@batchmill/testing';
import { describeVectorsContract } from '../vectors.contract.js';
import { MilvusVectors } from './index.js';
import { MilvusDatabase, collection, ours, rowOf, text, vector } from './milvus-database.contract.js';

const database = new MilvusDatabase();
const { client, url } = database;

beforeAll(() => database.create());
afterAll(() => database.drop());

const withVectors: MilvusDatabase['withVectors'] = (options, test) => database.withVectors(options, test);

// rows-by-*.real.spec.ts have the part that an encoder of rows can change.
describeVectorsContract(
  'Milvus',
  async () => ({ open: () => MilvusVectors.open({ url }), dispose: () => database.dropAll() }),
  ['others'],
);

describe('Milvus', () => {
  it('several processes create the same collection at once', async () => {
    await withVectors({}, (first) =>
      withVectors({}, async (second) => {
        await Promise.all([first, second, first, second].map((each) => each.ensureCollection(collection)));
        await Promise.all([first.upsert('blocks', [rowOf('a')]), second.upsert('blocks', [rowOf('b')])]);

        expect(await first.count('blocks')).toBe(2);
      }),
    );
  });

  it('of two processes that request different dimensions at once, one is refused', async () => {
    await withVectors({}, (first) =>
      withVectors({}, async (second) => {
        const outcomes = await Promise.allSettled([
          first.ensureCollection(collection),
          second.ensureCollection({ ...collection, dimensions: 4 }),
        ]);

        const refusals = outcomes.filter(({ status }) => status === 'rejected');
        expect(refusals).toEqual([
          expect.objectContaining({ reason: expect.objectContaining({ code: 'vectors.other-dimensions' }) }),
        ]);
      }),
    );
  });

  it('a released collection is loaded again', async () => {
    await withVectors({}, async (vectors) => {
      await vectors.ensureCollection(collection);
      await vectors.upsert('blocks', [rowOf('a')]);
      expect(await vectors.count('blocks')).toBe(1);
      await client.releaseCollection({ collection_name: 'blocks' });

      await expect(vectors.count('blocks')).rejects.toMatchObject({ code: 'vectors.unavailable' });
      expect(await vectors.count('blocks')).toBe(1);
    });
  });

  it('a foreign collection with other fields is refused', async () => {
    await client.createCollection({ collection_name: 'blocks', fields: [...ours, vector, text('more')] });
    await withVectors({}, async (vectors) => {
      await expect(vectors.ensureCollection(collection)).rejects.toMatchObject({
        kind: 'ValidationError',
        code: 'vectors.other-fields',
      });
    });
  });

  it('a foreign collection with another metric is refused', async () => {
    await client.createCollection({ collection_name: 'blocks', fields: [...ours, vector] });
    await client.createIndex({
      ...{ collection_name: 'blocks', field_name: 'vector', index_type: 'AUTOINDEX', metric_type: 'L2' },
    });
    await withVectors({}, async (vectors) => {
      await expect(vectors.ensureCollection(collection)).rejects.toMatchObject({
        kind: 'ValidationError',
        code: 'vectors.other-metric',
      });
    });
  });

  it('a key that is longer than its field, in bytes, is refused, and one that just fits is stored', async () => {
    await withVectors({}, async (vectors) => {
      await vectors.ensureCollection(collection);
      await vectors.upsert('blocks', [rowOf('é'.repeat(512))]);

      await expect(vectors.upsert('blocks', [rowOf('a'), rowOf('é'.repeat(513))])).rejects.toMatchObject({
        kind: 'ValidationError',
        code: 'vectors.bad-row',
      });
      expect(await vectors.count('blocks')).toBe(1);
    });
  });

  it('a search for more hits than the limit of Milvus is refused, and one for no hits returns none', async () => {
    await withVectors({}, async (vectors) => {
      await vectors.ensureCollection(collection);
      await vectors.upsert('blocks', [rowOf('a')]);
      const query = Float32Array.of(1, 2, 3);

      await expect(vectors.search('blocks', query, 16_385)).rejects.toMatchObject({ code: 'vectors.bad-query' });
      expect(await vectors.search('blocks', query, 16_384)).toHaveLength(1);
      expect(await vectors.search('blocks', query, 0)).toEqual([]);
    });
  });

  it('the error for a missing database names it', async () => {
    await withVectors({ url: `${serverAddresses.milvus}/nowhere` }, async (vectors) => {
      await expect(vectors.ensureCollection(collection)).rejects.toMatchObject({
        kind: 'ValidationError',
        code: 'vectors.unknown-database',
        message: expect.stringContaining('nowhere'),
      });
    });
  });

  it('E4: a foreign collection whose key, ids or optional texts hold fewer bytes than are asked for is refused before rows are written', async () => {
    await client.createCollection({ collection_name: 'blocks', fields: [...ours, vector, text('model')] });
    const asked = { ...collection, optionalFields: ['model', 'text_hash'] };
    await withVectors({}, async (vectors) => {
      for (const field of ['key', 'block_doc_id', 'model']) {
        const textBytes = { text_hash: 43, [field]: 101 };
        await expect(vectors.ensureCollection({ ...asked, textBytes })).rejects.toMatchObject({
          ...{
            code: 'vectors.other-fields',
            message: expect.stringContaining(`${field} that holds 100 bytes, expected 101`),
          },
        });
      }
      await vectors.ensureCollection({ ...asked, textBytes: { key: 100, block_doc_id: 100, model: 100 } });
    });
  });

  it('E4: a foreign collection with a key of another type is refused, and what would fit is said', async () => {
    const numbered = { name: 'pk', data_type: DataType.Int64, is_primary_key: true };
    await client.createCollection({ collection_name: 'blocks', fields: [numbered, ...ours.slice(1), vector] });
    await withVectors({}, async (vectors) => {
      await expect(vectors.ensureCollection(collection)).rejects.toMatchObject({
        ...{ code: 'vectors.other-fields', message: expect.stringContaining('expected one primary VarChar') },
      });
    });
  });
});

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { describeVectorsContract } from '../vectors.contract.js';
import { MilvusVectors, type UpsertEncoder } from './index.js';

const database = `test_${randomUUID().replaceAll('-', '_')}`;
const url = `${serverAddresses.milvus}/${database}`;
const collection = { name: 'blocks', dimensions: 3, fields: ['block_mongo_id', 'block_doc_id'] };
const text = (name: string) => ({ name, data_type: DataType.VarChar, max_length: 100 });
const ours = [{ ...text('key'), is_primary_key: true }, text('block_mongo_id'), text('block_doc_id')];
const vector = { name: 'vector', data_type: DataType.FloatVector, dim: 3 };

let client: MilvusClient;

beforeAll(async () => {
  client = new MilvusClient({
    address: new URL(serverAddresses.milvus).host,
    __SKIP_CONNECT__: true,
    logLevel: 'error',
  });
  await client.createDatabase({ db_name: database });
  await client.use({ db_name: database });
});

afterAll(async () => {
  await dropAll();
  await client.dropDatabase({ db_name: database });
  await client.closeConnection();
});

async function dropAll(): Promise<void> {
  const { data } = await client.listCollections();
  for (const { name } of data) {
    const { aliases } = await client.describeCollection({ collection_name: name });
    for (const alias of aliases) await client.dropAlias({ alias });
    await client.dropCollection({ collection_name: name });
  }
}

describe.each<UpsertEncoder>(['direct', 'sdk'])('rows encoded by "%s"', (encoder) => {
  describeVectorsContract('Milvus', async () => ({
    open: () => MilvusVectors.open({ url, encoder }),
    dispose: dropAll,
  }));

  it('a foreign collection with its fields in another order and with dynamic fields accepts rows', async () => {
    await client.createCollection({
      ...{ collection_name: 'blocks', fields: [vector, ...ours.toReversed()], enable_dynamic_field: true },
    });
    await withVectors({ encoder }, async (vectors) => {
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
    await withVectors({ encoder }, async (vectors) => {
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
      await expect(vectors.upsert('books', [row('x'.repeat(101))])).rejects.toMatchObject({ code: 'vectors.bad-row' });
    });
  });

  it('E4: a foreign collection whose key, ids or optional texts hold fewer bytes than are asked for is refused before rows are written', async () => {
    await client.createCollection({ collection_name: 'blocks', fields: [...ours, vector, text('model')] });
    const asked = { ...collection, optionalFields: ['model', 'text_hash'] };
    await withVectors({ encoder }, async (vectors) => {
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
    await withVectors({ encoder }, async (vectors) => {
      await expect(vectors.ensureCollection(collection)).rejects.toMatchObject({
        ...{ code: 'vectors.other-fields', message: expect.stringContaining('expected one primary VarChar') },
      });
    });
  });

  it('a dropped collection is unknown, and can be created again', async () => {
    await withVectors({ encoder }, async (vectors) => {
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
});

async function withVectors(
  options: { url?: string; encoder?: UpsertEncoder },
  test: (vectors: MilvusVectors) => Promise<void>,
): Promise<void> {
  const vectors = await MilvusVectors.open({ url, ...options });
  try {
    await test(vectors);
  } finally {
    await vectors.close();
    await dropAll();
  }
}

function rowOf(key: string) {
  return { key, fields: { block_mongo_id: 'c', block_doc_id: 'p' }, vector: Float32Array.of(1, 2, 3) };
}

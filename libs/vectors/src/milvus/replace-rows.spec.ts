import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server, ServerCredentials, type UntypedHandleCall } from '@grpc/grpc-js';
import { getGRPCService, LOADER_OPTIONS } from '@zilliz/milvus2-sdk-node';
import type { VectorRow } from '../vectors.js';
import { MilvusVectors } from './index.js';
import { replaceRows, type ReplacingCalls } from './replace-rows.js';

const { service } = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADER_OPTIONS);
const success = { error_code: 'Success', code: 0, reason: '' };
const failed = { error_code: 'UnexpectedError', code: 65_535, reason: 'no' };
const collection = {
  name: 'blocks',
  dimensions: 2,
  fields: ['tenant'],
  keyField: 'key',
  vectorField: 'vector',
  aliases: [],
};
const row = (key: string): VectorRow => ({ key, fields: { tenant: 'one' }, vector: Float32Array.of(1, 0) });

describe('rows of a collection with partitions', () => {
  let server: Server;
  /** The calls that arrived, except those that change nothing. */
  let calls: string[];
  let failingInserts: number;
  let vectors: MilvusVectors;

  beforeEach(() => {
    server = new Server();
    calls = [];
    failingInserts = 0;
  });

  afterEach(async () => {
    await vectors.close();
    server.forceShutdown();
  });

  async function open(version: string): Promise<void> {
    const text = (name: string) => ({ name, data_type: 'VarChar', type_params: [{ key: 'max_length', value: '100' }] });
    const vector = { name: 'vector', data_type: 'FloatVector', type_params: [{ key: 'dim', value: '2' }] };
    const fields = [{ ...text('key'), is_primary_key: true }, { ...text('tenant'), is_partition_key: true }, vector];
    const index = { field_name: 'vector', params: [{ key: 'metric_type', value: 'COSINE' }] };
    const counted = (count: number) => ({
      ...{
        field_name: 'count(*)',
        type: 'Int64',
        field: 'scalars',
        scalars: { data: 'long_data', long_data: { data: [count] } },
      },
    });
    server.addService(service, {
      GetVersion: unary(() => ({ status: success, version })),
      DescribeCollection: unary(() => ({
        status: success,
        collection_name: 'blocks',
        schema: { name: 'blocks', fields },
      })),
      DescribeIndex: unary(() => ({ status: success, index_descriptions: [index] })),
      GetLoadState: unary(() => ({ status: success, state: 'LoadStateLoaded' })),
      Query: unary(() => ({ status: success, fields_data: [counted(1)] })),
      Upsert: unary(() => ({ status: success }), 'upsert'),
      Delete: unary(() => ({ status: success }), 'delete'),
      Insert: unary(() => ({ status: failingInserts-- > 0 ? failed : success }), 'insert'),
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    vectors = await MilvusVectors.open({ url: `milvus://127.0.0.1:${port}` });
  }

  function unary(answer: () => object, name?: string): UntypedHandleCall {
    return (_call: unknown, callback: (error: null, answer: object) => void) => {
      if (name !== undefined) calls.push(name);
      callback(null, answer());
    };
  }

  it.each<[string, readonly string[]]>([
    ['v2.6.20', ['upsert']],
    ['v2.4.0', ['upsert']],
    ['v2.3.5', ['delete', 'insert']],
    ['of another kind', ['delete', 'insert']],
  ])(
    'are upserted where the server finds their partition, and else deleted and inserted: %s',
    async (version, expected) => {
      await open(version);

      await vectors.upsert('blocks', [row('a')]);

      expect(calls).toEqual(expected);
    },
  );

  it('that were deleted and not inserted are written by the next attempt', async () => {
    await open('v2.3.5');
    failingInserts = 1;

    await expect(vectors.upsert('blocks', [row('a')])).rejects.toMatchObject({ code: 'vectors.failed' });
    await vectors.upsert('blocks', [row('a')]);

    expect(calls).toEqual(['delete', 'insert', 'delete', 'insert']);
  });
});

describe('replacing rows', () => {
  /** Rows of which several may have one key, as in Milvus. */
  function table(stored: string[], others: Partial<ReplacingCalls> = {}): ReplacingCalls {
    return {
      delete: async (filter) => {
        const kept = stored.filter((key) => !filter.includes(`"${key}"`));
        stored.splice(0, stored.length, ...kept);
      },
      insert: async (rows) => {
        stored.push(...rows.map(({ key }) => key));
      },
      count: async (filter) => stored.filter((key) => filter.includes(`"${key}"`)).length,
      pause: async () => {},
      ...others,
    };
  }

  it('leaves one row of each key, and others as they are', async () => {
    const stored = ['a', 'other', 'a'];

    await replaceRows(collection, [row('a'), row('b')], table(stored));

    expect(stored).toEqual(['other', 'a', 'b']);
  });

  it('of 1,200 keys asks for at most 500 at a time', async () => {
    const stored: string[] = [];
    const sizes: number[] = [];
    const { count } = table(stored);
    const rows = Array.from({ length: 1_200 }, (_, at) => row(`key ${at}`));

    await replaceRows(
      collection,
      rows,
      table(stored, {
        count: (filter) => {
          sizes.push(filter.split(',').length);
          return count(filter);
        },
      }),
    );

    expect(sizes).toEqual([500, 500, 200]);
    expect(stored).toHaveLength(1_200);
  });

  it('begins again when another writer has inserted the same keys meanwhile', async () => {
    const stored: string[] = [];
    let others = 1;
    const { insert } = table(stored);

    await replaceRows(
      collection,
      [row('a')],
      table(stored, {
        insert: async (rows) => {
          if (others-- > 0) stored.push('a');
          await insert(rows);
        },
      }),
    );

    expect(stored).toEqual(['a']);
  });

  it('pauses before each further attempt, and gives up after ten, so that it is repeated later', async () => {
    const pauses: number[] = [];
    const others: Partial<ReplacingCalls> = {
      count: () => Promise.resolve(2),
      pause: async (failedAttempts) => void pauses.push(failedAttempts),
    };
    const call = replaceRows(collection, [row('a')], table([], others));

    await expect(call).rejects.toMatchObject({ kind: 'ProcessingError', code: 'vectors.failed' });
    expect(pauses).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});

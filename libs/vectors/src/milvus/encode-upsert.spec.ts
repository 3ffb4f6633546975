import { describe, expect, it } from '@jest/globals';
import { getGRPCService, LOADER_OPTIONS } from '@zilliz/milvus2-sdk-node';
import type { VectorRow } from '../vectors.js';
import { encodeUpsert } from './encode-upsert.js';

const { service } = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADER_OPTIONS);
const codec = service['Upsert']!;

describe('an encoded upsert', () => {
  it.each([
    ['one row', 'blocks', rowsOf(1, 3)],
    ['rows whose vectors are longer than one byte of length says', 'blocks', rowsOf(7, 1_536)],
    ['more rows than one byte of length says', 'blocks', rowsOf(1_000, 2)],
    [
      'texts beyond ASCII, empty and long ones',
      'a'.repeat(255),
      [oddRow('é"\n😀', ''), oddRow('k'.repeat(1_024), 'x')],
    ],
    [
      'numbers at the ends of their range',
      'blocks',
      [{ ...oddRow('k', 'c'), vector: Float32Array.of(-0, 3.4e38, 1e-45) }],
    ],
  ])('is byte for byte what the client itself would send: %s', (_, name, rows) => {
    const dimensions = rows[0]!.vector.length;
    const bytes = encodeUpsert({ name, dimensions }, rows);

    expect(bytes.equals(codec.requestSerialize(requestOf(name, dimensions, rows)))).toBe(true);
  });

  it('is read by the client as the rows that were given', () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    const row = { key: 'k', chunkId: 'c', parentId: 'p', vector: whole.subarray(1, 3) };

    expect(codec.requestDeserialize(encodeUpsert({ name: 'blocks', dimensions: 2 }, [row]))).toMatchObject({
      collection_name: 'blocks',
      num_rows: 1,
      fields_data: [
        { type: 'VarChar', field_name: 'key', scalars: { string_data: { data: ['k'] } } },
        { type: 'VarChar', field_name: 'block_mongo_id', scalars: { string_data: { data: ['c'] } } },
        { type: 'VarChar', field_name: 'block_doc_id', scalars: { string_data: { data: ['p'] } } },
        { type: 'FloatVector', field_name: 'vector', vectors: { dim: '2', float_vector: { data: [1, 2] } } },
      ],
    });
  });

  it('a vector of other dimensions than the collection is not sent', () => {
    expect(() => encodeUpsert({ name: 'blocks', dimensions: 4 }, rowsOf(2, 3))).toThrow(/wrote \d+ bytes where \d+/);
  });
});

function requestOf(name: string, dim: number, rows: readonly VectorRow[]): object {
  const texts = (field: string, data: string[]) => ({
    type: 21,
    field_name: field,
    scalars: { string_data: { data } },
  });
  return {
    collection_name: name,
    fields_data: [
      texts(
        'key',
        rows.map(({ key }) => key),
      ),
      texts(
        'block_mongo_id',
        rows.map(({ chunkId }) => chunkId),
      ),
      texts(
        'block_doc_id',
        rows.map(({ parentId }) => parentId),
      ),
      {
        type: 101,
        field_name: 'vector',
        vectors: { dim, float_vector: { data: rows.flatMap(({ vector }) => [...vector]) } },
      },
    ],
    num_rows: rows.length,
  };
}

function rowsOf(count: number, dimensions: number): VectorRow[] {
  return Array.from({ length: count }, (_, row) => ({
    key: `key ${row}`,
    chunkId: `chunk ${row}`,
    parentId: `parent ${row % 10}`,
    vector: Float32Array.from({ length: dimensions }, (__, at) => Math.sin(row * dimensions + at)),
  }));
}

function oddRow(key: string, chunkId: string): VectorRow {
  return { key, chunkId, parentId: 'p', vector: Float32Array.of(1, 2, 3) };
}

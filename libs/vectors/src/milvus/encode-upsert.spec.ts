import { describe, expect, it } from '@jest/globals';
import { getGRPCService, LOADER_OPTIONS } from '@zilliz/milvus2-sdk-node';
import type { RowValue } from '../row-condition.js';
import type { RowValueType, VectorCollection, VectorRow } from '../vectors.js';
import { encodeUpsert } from './encode-upsert.js';

const { service } = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADER_OPTIONS);
const codec = service['Upsert']!;

describe('an encoded upsert', () => {
  it.each<[string, string, VectorRow[]]>([
    ['one row', 'blocks', rowsOf(1, 3)],
    ['no fields', 'blocks', [{ key: 'k', fields: {}, vector: Float32Array.of(1) }]],
    ['four fields', 'blocks', [{ key: 'k', fields: { a: '1', b: '2', c: '3', d: '4' }, vector: Float32Array.of(1) }]],
    ['vectors whose length takes several bytes', 'blocks', rowsOf(7, 1_536)],
    ['a number of rows that takes several bytes', 'blocks', rowsOf(1_000, 2)],
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
    [
      'integers, numbers and booleans at the ends of their range',
      'blocks',
      [0n, 1n, -1n, 127n, 128n, 2n ** 63n - 1n, -(2n ** 63n), 9_007_199_254_740_993n].map((integer, index) => ({
        ...oddRow(`k${index}`, 'c'),
        values: { integer, number: [-0, 5e-324, Number.MAX_VALUE, 0.1][index % 4]!, flag: index % 2 === 0 },
      })),
    ],
  ])('is equal to what the client itself would send, byte for byte: %s', (_, name, rows) => {
    const [{ fields, vector, values }] = rows as [VectorRow];
    const valueFields = values === undefined ? {} : { valueFields: typesOf(values) };
    const collection = { name, dimensions: vector.length, fields: Object.keys(fields), ...valueFields };
    const bytes = encodeUpsert(collection, rows);

    expect(bytes.equals(codec.requestSerialize(requestOf(collection, rows)))).toBe(true);
  });

  it('is decoded by the client to the rows that were encoded', () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    const row = { key: 'k', fields: { parent: 'p', chunk: 'c' }, vector: whole.subarray(1, 3) };
    const collection = { name: 'blocks', dimensions: 2, fields: ['chunk', 'parent'] };

    expect(codec.requestDeserialize(encodeUpsert(collection, [row]))).toMatchObject({
      collection_name: 'blocks',
      num_rows: 1,
      fields_data: [
        { type: 'VarChar', field_name: 'key', scalars: { string_data: { data: ['k'] } } },
        { type: 'VarChar', field_name: 'chunk', scalars: { string_data: { data: ['c'] } } },
        { type: 'VarChar', field_name: 'parent', scalars: { string_data: { data: ['p'] } } },
        { type: 'FloatVector', field_name: 'vector', vectors: { dim: '2', float_vector: { data: [1, 2] } } },
      ],
    });
  });

  it('a vector with other dimensions than the collection is refused', () => {
    expect(() => encodeUpsert({ name: 'blocks', dimensions: 4, fields: ['chunk', 'parent'] }, rowsOf(2, 3))).toThrow(
      /wrote \d+ bytes, expected \d+/,
    );
  });
});

function typesOf(values: Readonly<Record<string, RowValue>>): Record<string, RowValueType> {
  const types = { bigint: 'integer', number: 'number', boolean: 'boolean' } as const;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, types[typeof value as keyof typeof types]]),
  );
}

/** How the client encodes the values of each type. */
const columnOf = {
  integer: (data: unknown[]) => ({ type: 5, scalars: { long_data: { data: data.map(String) } } }),
  number: (data: unknown[]) => ({ type: 11, scalars: { double_data: { data } } }),
  boolean: (data: unknown[]) => ({ type: 1, scalars: { bool_data: { data } } }),
};

function requestOf(
  { name, dimensions, fields, valueFields = {} }: VectorCollection,
  rows: readonly VectorRow[],
): object {
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
      ...fields.map((field) =>
        texts(
          field,
          rows.map((row) => row.fields[field]!),
        ),
      ),
      ...Object.entries(valueFields).map(([field, type]) => ({
        field_name: field,
        ...columnOf[type](rows.map((row) => row.values?.[field])),
      })),
      {
        type: 101,
        field_name: 'vector',
        vectors: { dim: dimensions, float_vector: { data: rows.flatMap(({ vector }) => [...vector]) } },
      },
    ],
    num_rows: rows.length,
  };
}

function rowsOf(count: number, dimensions: number): VectorRow[] {
  return Array.from({ length: count }, (_, row) => ({
    key: `key ${row}`,
    fields: { chunk: `chunk ${row}`, parent: `parent ${row % 10}` },
    vector: Float32Array.from({ length: dimensions }, (__, at) => Math.sin(row * dimensions + at)),
  }));
}

function oddRow(key: string, chunk: string): VectorRow {
  return { key, fields: { chunk, parent: 'p' }, vector: Float32Array.of(1, 2, 3) };
}

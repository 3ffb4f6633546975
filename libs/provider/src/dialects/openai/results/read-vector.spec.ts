import { describe, expect, it } from '@jest/globals';
import { readEmbedding, readVector } from './read-vector.js';

const base64 = (values: readonly number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('base64');

describe('readVector', () => {
  it('reads base64 and lists of numbers', () => {
    expect(readVector(base64([0.5, -1, 2]))).toEqual(Float32Array.of(0.5, -1, 2));
    expect(readVector([0.5, -1, 2])).toEqual(Float32Array.of(0.5, -1, 2));
  });

  it('reads a list as JSON, within another list, or by its type', () => {
    expect(readVector('[1, 2]')).toEqual(Float32Array.of(1, 2));
    expect(readVector([[1, 2]])).toEqual(Float32Array.of(1, 2));
    expect(readVector({ float: [1, 2] })).toEqual(Float32Array.of(1, 2));
  });

  it('short vectors do not share memory, also when their bytes are unaligned', () => {
    const vectors = Array.from({ length: 50 }, (_, at) => {
      Buffer.from('x'.repeat(at % 7)); // leaves Node's pool at unaligned offsets
      return readVector(base64([at, at + 0.5]));
    });

    vectors.forEach((vector, at) => {
      expect(vector).toEqual(Float32Array.of(at, at + 0.5));
      expect(vector?.buffer.byteLength).toBe(8);
    });
  });

  it('a long vector is read without copying its bytes', () => {
    const values = Array.from({ length: 1536 }, (_, at) => at / 1536);

    const vector = readVector(base64(values));

    expect(vector).toEqual(Float32Array.from(values));
    expect(vector?.buffer.byteLength).toBe(1536 * 4);
  });

  it.each([
    ['a number', 5],
    ['two vectors', [[1], [2]]],
    ['JSON that is cut off', '[1, 2'],
    ['nothing', null],
    ['a list of texts', ['1']],
    ['bytes that are not floats', 'AAAA'],
    ['an object', {}],
  ])('%s is not a vector', (_, value) => {
    expect(readVector(value)).toBeNull();
  });
});

describe('readEmbedding', () => {
  const found = [1, 2];

  it.each<[string, unknown]>([
    ['in a list of data', { data: [{ embedding: found }] }],
    ['in data without a list', { data: { embedding: found } }],
    ['in a list of lists', { data: [found] }],
    ['in data itself', { data: found }],
    ['in a list of embeddings', { embeddings: [found] }],
    ['in embeddings by their type', { embeddings: { float: [found] } }],
    ['as a list of values', { embeddings: [{ values: found }] }],
    ['in the body itself', { embedding: found }],
  ])('finds it %s', (_, body) => {
    expect(readEmbedding(body)).toEqual(found);
  });

  it.each([{ data: [] }, { data: [null] }, { data: [{}] }, {}, null, 'x', undefined])('%j has none', (body) => {
    expect(readEmbedding(body) ?? null).toBeNull();
  });
});

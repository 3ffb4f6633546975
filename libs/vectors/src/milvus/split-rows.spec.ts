import { describe, expect, it } from '@jest/globals';
import type { VectorRow } from '../vectors.js';
import { encodeUpsert } from './encode-upsert.js';
import { lastOfEachKey, splitRows } from './split-rows.js';

describe('rows for calls', () => {
  it('are cut so that no call is larger than it may be, in their order', () => {
    const rows = Array.from({ length: 100 }, (_, number) => rowOf(`key ${number} ${'é'.repeat(number)}`));
    const parts = splitRows(rows, 2_000);

    expect(parts.flat()).toEqual(rows);
    expect(parts.length).toBeLessThan(30);
    for (const part of parts) {
      expect(encodeUpsert({ name: 'blocks', dimensions: 64 }, part).length).toBeLessThan(2_000 + 150); // + names of fields
    }
  });

  it('a row that is larger than a call may be goes alone', () => {
    const rows = ['a', 'b', 'c'].map(rowOf);

    expect(splitRows(rows, 100).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('no rows need no call', () => {
    expect(splitRows([], 100)).toEqual([]);
  });

  it('of one key the last row is kept', () => {
    const [first, other, last] = [rowOf('a'), rowOf('b'), { ...rowOf('a'), chunkId: 'later' }];

    expect(lastOfEachKey([first, other, last])).toEqual([last, other]);
  });
});

function rowOf(key: string): VectorRow {
  return { key, chunkId: 'c', parentId: 'p', vector: new Float32Array(64) };
}

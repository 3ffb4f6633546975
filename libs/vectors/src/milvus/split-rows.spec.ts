import { describe, expect, it } from '@jest/globals';
import type { VectorRow } from '../vectors.js';
import { encodeUpsert } from './encode-upsert.js';
import { lastOfEachKey, splitRows } from './split-rows.js';

describe('the rows of an upsert', () => {
  it('are split into parts of at most the given size, in their order', () => {
    const rows = Array.from({ length: 100 }, (_, number) => rowOf(`key ${number} ${'é'.repeat(number)}`));
    const parts = splitRows(rows, 2_000);

    expect(parts.flat()).toEqual(rows);
    expect(parts.length).toBeLessThan(30);
    for (const part of parts) {
      expect(encodeUpsert({ name: 'blocks', dimensions: 64, fields: ['id'] }, part).length).toBeLessThan(2_000 + 150); // + names of fields
    }
  });

  it('a row that is larger than that is a part of its own', () => {
    const rows = ['a', 'b', 'c'].map(rowOf);

    expect(splitRows(rows, 100).map(({ length }) => length)).toEqual([1, 1, 1]);
  });

  it('no rows make no parts', () => {
    expect(splitRows([], 100)).toEqual([]);
  });

  it('of several rows with one key the last is kept', () => {
    const [first, other, last] = [rowOf('a'), rowOf('b'), { ...rowOf('a'), fields: { id: 'later' } }];

    expect(lastOfEachKey([first, other, last])).toEqual([last, other]);
  });
});

function rowOf(key: string): VectorRow {
  return { key, fields: { id: 'i' }, vector: new Float32Array(64) };
}

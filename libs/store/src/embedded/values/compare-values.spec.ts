import { describe, expect, it } from '@jest/globals';
import { sameFields } from './compare-values.js';

describe('sameFields', () => {
  const shared = { $in: [1, 2] };

  it('the same values under the same names in the same order are the same', () => {
    expect(sameFields({ a: 1, b: shared }, { a: 1, b: shared })).toBe(true);
  });

  it.each([
    ['another value', { a: 1 }, { a: 2 }],
    ['an equal object that is not identical', { a: { $in: [1, 2] } }, { a: shared }],
    ['another order', { a: 1, b: 2 }, { b: 2, a: 1 }],
    ['one more field', { a: 1 }, { a: 1, b: 2 }],
    ['another name', { a: undefined }, { b: undefined }],
  ])('%s is not the same', (_, one, other) => {
    expect(sameFields(one, other)).toBe(false);
  });
});

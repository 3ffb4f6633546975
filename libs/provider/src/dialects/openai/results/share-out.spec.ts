import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import { shareOut } from './share-out.js';

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

describe('shareOut', () => {
  it('E5: weights that add up to the total are the shares', () => {
    expect(shareOut(10, [1, 2, 3, 4])).toEqual([1, 2, 3, 4]);
  });

  it('E5: random totals are shared out exactly, each within one of its part', () => {
    const random = seededRandom(7);
    for (let round = 0; round < 100; round += 1) {
      const weights = Array.from({ length: 1 + Math.floor(random() * 2_048) }, () => Math.floor(random() * 8_193));
      const total = Math.floor(random() * 400_000);

      const shares = shareOut(total, weights);

      expect(sumOf(shares)).toBe(total);
      const sum = sumOf(weights);
      expect(shares.every((share, index) => sum === 0 || Math.abs(share - (total * weights[index]!) / sum) < 1)).toBe(
        true,
      );
      expect(shares.every((share) => Number.isInteger(share) && share >= 0)).toBe(true);
    }
  });

  it('E5: without weights, everybody gets the same', () => {
    expect(shareOut(5, [0, 0])).toEqual([3, 2]);
  });
});

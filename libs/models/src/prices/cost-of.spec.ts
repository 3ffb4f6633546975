import { describe, expect, it } from '@jest/globals';
import { costOf } from './cost-of.js';

describe('costOf', () => {
  it('M1: counts whole nano-dollars, half of one rounded up', () => {
    const price = { inputUsd: 0.005, outputUsd: 0 };

    // 5 nano-dollars per token.
    expect(costOf(price, { inputTokens: 1, outputTokens: 0 }, 1)).toBe(5);
    expect(costOf(price, { inputTokens: 1, outputTokens: 0 }, 0.5)).toBe(3);
    expect(costOf(price, { inputTokens: 2, outputTokens: 0 }, 0.5)).toBe(5);
  });

  it('M1: is exact where numbers of a double are not', () => {
    const price = { inputUsd: 150, outputUsd: 600 };

    expect(costOf(price, { inputTokens: 12_345_679, outputTokens: 9_876_543 }, 1)).toBe(7_777_777_650_000);
  });

  it('M1: tokens that were written to the cache cost what an entry says, else what input costs', () => {
    const usage = { inputTokens: 10, cacheWriteTokens: 4, outputTokens: 0 };

    expect(costOf({ inputUsd: 1, outputUsd: 0, cacheWriteUsd: 1.25 }, usage, 1)).toBe(11_000);
    expect(costOf({ inputUsd: 1, outputUsd: 0 }, usage, 1)).toBe(10_000);
  });
});

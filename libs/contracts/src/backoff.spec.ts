import { describe, expect, it } from '@jest/globals';
import { backoffDelayMs, jitterFrom } from './backoff.js';
import { RandomIds } from './random-ids.js';

describe('backoffDelayMs', () => {
  it('doubles up to its cap, however often', () => {
    const delays = [0, 1, 2, 3, 5000].map((n) => backoffDelayMs(n, { baseMs: 100, capMs: 700, jitter: 1 }));

    expect(delays).toEqual([100, 200, 400, 700, 700]);
  });

  it('is between half and whole', () => {
    expect(backoffDelayMs(0, { baseMs: 100, capMs: 700, jitter: 0 })).toBe(50);
    expect(backoffDelayMs(0, { baseMs: 100, capMs: 700, jitter: 0.999 })).toBeLessThanOrEqual(100);
  });

  it('is whole where nobody draws', () => {
    expect([0, 1].map((n) => backoffDelayMs(n, { baseMs: 100, capMs: 700 }))).toEqual([100, 200]);
  });
});

describe('jitterFrom', () => {
  it('draws from 0 to 1, another number each time', () => {
    const ids = new RandomIds();
    const drawn = Array.from({ length: 100 }, () => jitterFrom(ids));

    expect(drawn.every((jitter) => jitter >= 0 && jitter <= 1)).toBe(true);
    expect(new Set(drawn).size).toBeGreaterThan(90);
  });
});

import { expect, it } from '@jest/globals';
import { delayAfter } from './delay-after.js';

it('doubles up to its cap', () => {
  const delays = [0, 1, 2, 3, 5000].map((n) => delayAfter(n, { baseMs: 100, capMs: 700, jitter: 1 }));

  expect(delays).toEqual([100, 200, 400, 700, 700]);
});

it('is the whole delay without jitter', () => {
  expect([0, 1].map((n) => delayAfter(n, { baseMs: 100, capMs: 700 }))).toEqual([100, 200]);
});

it('is between half and the whole of its delay', () => {
  expect(delayAfter(0, { baseMs: 100, capMs: 700, jitter: 0 })).toBe(50);
  expect(delayAfter(0, { baseMs: 100, capMs: 700, jitter: 0.999 })).toBeLessThanOrEqual(100);
});

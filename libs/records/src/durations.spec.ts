import { describe, expect, it } from '@jest/globals';
import { durationsOf } from './durations.js';

describe('durations', () => {
  it.each([
    [0, 1],
    [0.1, 1],
    [0.11, 2],
    [0.5, 5],
    [0.99, 10],
    [1, 10],
  ])('E5: the share %d of ten durations did not exceed: %d', (share, expected) => {
    expect(durationsOf([10, 1, 9, 2, 8, 3, 7, 4, 6, 5]).quantile(share)).toBe(expected);
  });

  it('E5: between the two humps of a distribution lies nothing: a quantile is of one or of the other', () => {
    const measured = [...Array<number>(50).fill(200), ...Array<number>(50).fill(35_000)];

    const durations = durationsOf(measured);

    expect([0.1, 0.25, 0.5, 0.75, 0.9].map((share) => durations.quantile(share))).toEqual([
      200, 200, 200, 35_000, 35_000,
    ]);
  });

  it('E5: of nothing there is no quantile', () => {
    expect(durationsOf([])).toMatchObject({ count: 0 });
    expect(durationsOf([]).quantile(0.5)).toBeNull();
  });
});

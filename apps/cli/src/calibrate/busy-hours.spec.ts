import { describe, expect, it } from '@jest/globals';
import { busyHours } from './busy-hours.js';

const stay = (from: number, to: number) => ({
  createdAt: new Date(Date.UTC(2026, 0, 1, from)),
  endedAt: new Date(Date.UTC(2026, 0, 1, to)),
});

describe('the hours in which the provider has a batch', () => {
  it.each([
    [0, []],
    [2, [stay(1, 3)]],
    [3, [stay(5, 6), stay(1, 3)]],
    [4, [stay(1, 3), stay(2, 5)]],
    [4, [stay(1, 5), stay(2, 3)]],
  ])('E5: are %d, each counted once: %j', (hours, stays) => {
    expect(busyHours(stays)).toBe(hours);
  });
});

import { describe, expect, it } from '@jest/globals';
import { count, duration, moment, usd } from './amounts.js';

describe('amounts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1234567, '1,234,567'],
  ])('%d is counted as %s', (n, text) => {
    expect(count(n)).toBe(text);
  });

  it.each([
    [null, 'unknown'],
    [0, '$0.00'],
    [1e-9, '<$0.0001'],
    [0.00009, '<$0.0001'],
    [0.0001, '$0.0001'],
    [0.25, '$0.2500'],
    [1, '$1.00'],
    [1234.5, '$1,234.50'],
  ])('M1: %p dollars are shown as %s', (amount, text) => {
    expect(usd(amount)).toBe(text);
  });

  it.each([
    [0, '0s'],
    [499, '0s'],
    [59_000, '59s'],
    [61_000, '1m 1s'],
    [3_600_000, '1h 0m'],
    [90_060_000, '25h 1m'],
  ])('%d ms are shown as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('a moment is shown to the second, in UTC', () => {
    expect(moment('2026-01-02T03:04:05.678Z')).toBe('2026-01-02 03:04:05');
  });
});

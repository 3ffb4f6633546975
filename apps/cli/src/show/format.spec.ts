import { describe, expect, it } from '@jest/globals';
import {
  formatClock,
  formatCount,
  formatDuration,
  formatQuantity,
  formatTime,
  formatUsd,
  formatWhen,
} from './format.js';

describe('amounts', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1234567, '1,234,567'],
  ])('the count %d is shown as %s', (n, text) => {
    expect(formatCount(n)).toBe(text);
  });

  it.each([
    [0, '0 batches'],
    [1, '1 batch'],
    [2000, '2,000 batches'],
  ])('the quantity %d is shown as %s', (n, text) => {
    expect(formatQuantity(n, 'batch', 'batches')).toBe(text);
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
    expect(formatUsd(amount)).toBe(text);
  });

  it.each([
    [0, '0s'],
    [499, '0s'],
    [59_000, '59s'],
    [61_000, '1m 1s'],
    [3_600_000, '1h 0m'],
    [90_060_000, '25h 1m'],
  ])('%d ms are shown as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('a time is shown to the second, in UTC', () => {
    expect(formatTime('2026-01-02T03:04:05.678Z')).toBe('2026-01-02 03:04:05');
    expect(formatClock('2026-01-02T03:04:05.678Z')).toBe('03:04:05');
  });

  it('a time of another day is shown with its date, and to the minute', () => {
    expect(formatWhen('2026-01-02T03:04:05.678Z', Date.parse('2026-01-02T23:00:00Z'))).toBe('03:04:05');
    expect(formatWhen('2026-01-02T03:04:05.678Z', Date.parse('2026-01-03T00:00:00Z'))).toBe('2026-01-02 03:04');
  });
});

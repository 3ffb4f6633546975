import { describe, expect, it } from '@jest/globals';
import { parseSince } from './parse-since.js';

describe('since when', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T08:00Z', '2026-11-01T08:00:00.000Z'],
    ['2026-11-01T08:00:30+02:00', '2026-11-01T06:00:30.000Z'],
  ])('%s is %s', (value, expected) => {
    expect(parseSince(value).toISOString()).toBe(expected);
  });

  it.each(['yesterday', '2026-13-01', '2026-11-01T08:00:00', '2026', ''])('%p is no time', (value) => {
    expect(() => parseSince(value)).toThrow('expected a day');
  });
});

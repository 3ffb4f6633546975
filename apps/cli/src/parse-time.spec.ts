import { describe, expect, it } from '@jest/globals';
import { parseTime } from './parse-time.js';

const now = new Date('2026-11-29T12:00:00Z');

describe('a time of a command line', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01T08:00Z', '2026-11-01T08:00:00.000Z'],
    ['2026-11-01T08:00:30+02:00', '2026-11-01T06:00:30.000Z'],
    ['7d', '2026-11-22T12:00:00.000Z'],
    ['12h', '2026-11-29T00:00:00.000Z'],
    ['2w', '2026-11-15T12:00:00.000Z'],
  ])('%s is %s', (value, expected) => {
    expect(parseTime(value)(now).toISOString()).toBe(expected);
  });

  it.each(['yesterday', '2026-13-01', '2026-11-01T08:00:00', '2026', '', '7', '7m', '-7d'])(
    '%p is no time',
    (value) => {
      expect(() => parseTime(value)).toThrow('expected a day');
    },
  );
});

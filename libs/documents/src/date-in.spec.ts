import { expect, it } from '@jest/globals';
import { dateIn } from './date-in.js';

it.each<[string, string | null]>([
  ['2026-11-29', '2026-11-29T00:00:00.000Z'],
  ['2024-02-29T23:59:59.999+02:00', '2024-02-29T21:59:59.999Z'],
  ['-000044-03-15T00:00:00Z', '-000044-03-15T00:00:00.000Z'],
  ['2026-02-29', null],
  ['2026-13-01', null],
  ['2026-11-29T25:00:00Z', null],
  ['2026-11', null],
  ['29 November 2026', null],
  ['', null],
])('E3: %j is the time %j', (text, expected) => {
  expect(dateIn(text)?.toISOString() ?? null).toBe(expected);
});

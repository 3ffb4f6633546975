import { expect, it } from '@jest/globals';
import { describeForecast } from './describe-forecast.js';
import { roughDuration } from './rough-duration.js';

const minuteMs = 60_000;

it.each([
  [0, '0 s'],
  [1, '60 s'],
  [25, '25 min'],
  [59.8, '1 h'],
  [82, '1 h 20'],
  [179, '3 h'],
  [605, '10 h'],
  [3_120, '2 d 4 h'],
])('M1: a duration of %d minutes is no more exact than a forecast: %s', (minutes, text) => {
  expect(roughDuration(minutes * minuteMs)).toBe(text);
});

it('M1: a forecast says when, how sure, and by what', () => {
  const now = new Date('2026-11-29T12:00:00Z');
  const within = (minutes: number): Date => new Date(now.getTime() + minutes * minuteMs);

  expect(describeForecast({ early: within(80), median: within(180), late: within(540), batches: 40 }, now)).toEqual([
    'done in about 3 h',
    '80 % between 1 h 20 and 9 h',
    'by 40 batches that have ended',
  ]);
  expect(describeForecast({ early: now, median: now, late: now, batches: 0 }, now)).toEqual(['done in about 0 s']);
});

import { expect, it } from '@jest/globals';
import { dueTimes, nextTime, scheduledRunId } from './schedule.js';

const at = (text: string): Date => new Date(text);
const after = at('2026-01-01T00:00:00Z');

it('R3: the next time follows the time zone, in summer and in winter', () => {
  const timing = { cron: '0 3 * * *', timezone: 'Europe/Zurich' };

  expect(nextTime(timing, after)).toEqual(at('2026-01-01T02:00:00Z'));
  expect(nextTime(timing, at('2026-01-01T02:00:00Z'))).toEqual(at('2026-01-02T02:00:00Z'));
  expect(nextTime(timing, at('2026-07-01T00:00:00Z'))).toEqual(at('2026-07-01T01:00:00Z'));
  expect(nextTime({ cron: '0 0 31 2 *', timezone: 'UTC' }, after)).toBeNull();
});

it('R3: an hourly schedule is due twice in the hour that daylight saving repeats', () => {
  const hourly = { cron: '30 * * * *', timezone: 'Europe/Zurich' };
  const night = { after: at('2026-10-25T00:00:00Z'), until: at('2026-10-25T03:00:00Z') };

  expect(dueTimes(hourly, night)).toEqual({ last: at('2026-10-25T02:30:00Z'), times: 3 });
});

it.each([
  ['0 3 * * *', '2026-01-01T02:59:59Z', null],
  ['0 3 * * *', '2026-01-01T03:00:00Z', { last: at('2026-01-01T03:00:00Z'), times: 1 }],
  ['0 3 * * *', '2026-01-11T02:00:00Z', { last: at('2026-01-10T03:00:00Z'), times: 10 }],
  ['0 3 1 * *', '2026-12-31T00:00:00Z', { last: at('2026-12-01T03:00:00Z'), times: 12 }],
])('R3: finds the last due time of %s until %s and counts them', (cron, until, due) => {
  expect(dueTimes({ cron, timezone: 'UTC' }, { after, until: at(until) })).toEqual(due);
});

it('R3: finds the last due time quickly after a year', () => {
  const due = dueTimes({ cron: '* * * * *', timezone: 'UTC' }, { after, until: at('2027-01-01T00:00:30Z') });

  expect(due?.last).toEqual(at('2027-01-01T00:00:00Z'));
  expect(due?.times).toBeGreaterThan(20_000);
});

it('R3: the run id contains pipeline, schedule and due time', () => {
  expect(scheduledRunId('annual-reports', 2, at('2026-01-02T03:00:00Z'))).toBe('annual-reports-s2-20260102-0300');
});

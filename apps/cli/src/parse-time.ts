import { InvalidArgumentError } from 'commander';

/** A time as a command line names it; it depends on now. */
export type TimeOption = (now: Date) => Date;

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000, w: 7 * 24 * 3_600_000 };

/** So long ago, as `7d`, `12h` or `2w`; a day, as `2026-11-01`, which begins in UTC; or a time with its zone in ISO 8601. */
export function parseTime(value: string): TimeOption {
  const [, count = '', unit = ''] = /^(\d{1,4})([hdw])$/.exec(value) ?? [];
  const ms = unitMs[unit];
  if (ms !== undefined) return (now) => new Date(now.getTime() - Number(count) * ms);
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const at = new Date(isDay ? `${value}T00:00:00Z` : value);
  if ((isDay || isTime) && !Number.isNaN(at.getTime())) return () => at;
  throw new InvalidArgumentError(
    'expected a day, as 2026-11-01, a time with its zone, or so long ago, as 7d, 12h or 2w',
  );
}

import { InvalidArgumentError } from 'commander';

/** `2026-11-01`, which begins in UTC, or a time with its zone in ISO 8601. */
export function parseSince(value: string): Date {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value);
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const since = new Date(isDay ? `${value}T00:00:00Z` : value);
  if ((isDay || isTime) && !Number.isNaN(since.getTime())) return since;
  throw new InvalidArgumentError('expected a day, as 2026-11-01, or a time with its zone, as 2026-11-01T08:00:00Z');
}

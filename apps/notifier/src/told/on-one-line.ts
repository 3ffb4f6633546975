import type { Told } from '@batchmill/records';

/** Every text of it on one line: ids and errors come from outside, and may stand in subjects and headers. */
export function onOneLine(told: Told): Told {
  const entries = Object.entries(told).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() : value,
  ]);
  return Object.fromEntries(entries) as Told; // the same fields
}

import type { Update } from '@batchmill/store';

/** One update that does what both do; where both write one path, the second counts. */
export function mergeUpdates(first: Update, second: Update): Update {
  const merged: Record<string, Readonly<Record<string, unknown>>> = { ...first };
  for (const [operator, fields] of Object.entries(second)) merged[operator] = { ...merged[operator], ...fields };
  return merged;
}

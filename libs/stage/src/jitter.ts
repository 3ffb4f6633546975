import type { Ids } from '@batchmill/contracts';

/** A number from 0 to 1, drawn from a new random id: the jitter of a backoff. */
export function jitterFrom(ids: Ids): number {
  const hex = ids.next().replaceAll('-', '').slice(0, 8);
  return Number.parseInt(hex, 16) / 0xffff_ffff;
}

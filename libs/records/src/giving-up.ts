import type { Batch } from './batch.js';
import type { Run } from './runs.js';
import type { Stall } from './stalled-batch.js';

/** In these states a provider batch stays for minutes. `in_progress` is one of them once it was cancelled. */
const shortStates: readonly string[] = ['validating', 'finalizing', 'cancelling'];

/** A cancelled run waits no longer than this for a batch that does not end. */
export const maxCancelMs = 3_600_000;

/** The stall of a batch after the provider has shown its state. Null: it does not stall. */
export function stallInState(batch: Batch, state: string, isCancelled: boolean, now: Date): Stall | null {
  if (!shortStates.includes(state) && !(isCancelled && state === 'in_progress')) return null;
  return batch.stall?.found === state ? batch.stall : { since: now, found: state };
}

/** The stall of a batch that could not be looked at, or that was not found. One that has begun goes on. */
export function stallWithoutState(batch: Batch, found: 'unknown' | 'unreachable' | 'other-account', now: Date): Stall {
  return { since: batch.stall?.since ?? now, found };
}

/** True once a batch is given up: a person asked for it, or it has stalled for too long. */
export function isGivenUp(
  { abandonment, stall }: Batch,
  run: Pick<Run, 'cancelRequestedAt'> | null,
  { now, lostAfterMs }: { readonly now: Date; readonly lostAfterMs: number },
): boolean {
  if (abandonment != null) return true;
  if (stall == null) return false;
  const limitMs = run?.cancelRequestedAt == null ? lostAfterMs : Math.min(lostAfterMs, maxCancelMs);
  return now.getTime() - stall.since.getTime() >= limitMs;
}

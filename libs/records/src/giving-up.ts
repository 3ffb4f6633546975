import type { Batch } from './batch.js';
import { observe } from './observed-time.js';
import type { Run } from './runs.js';
import type { Stall } from './stalled-batch.js';

/** In these states a provider batch stays for minutes. `in_progress` is one of them once it was cancelled. */
const shortStates: readonly string[] = ['validating', 'finalizing', 'cancelling'];

/** A cancelled run waits no longer than this for a batch that does not end. */
const maxCancelMs = 3_600_000;

/** A look at a batch. */
export interface Look {
  readonly now: Date;
  /** The run of the batch; null: its record is gone. */
  readonly run: Pick<Run, 'cancelRequestedAt'> | null;
  readonly lostAfterMs: number;
}

/** For how long a batch may stall. */
export function stallLimitMs({ run, lostAfterMs }: Pick<Look, 'run' | 'lostAfterMs'>): number {
  return run?.cancelRequestedAt == null ? lostAfterMs : Math.min(lostAfterMs, maxCancelMs);
}

/** The stall of a batch after the provider has shown its state. Null: it does not stall. */
export function stallInState(batch: Batch, state: string, isToBeCancelled: boolean, look: Look): Stall | null {
  if (!shortStates.includes(state) && !(isToBeCancelled && state === 'in_progress')) return null;
  return stallAt(batch, state, look);
}

/** The stall of a batch that could not be looked at, or that was not found. */
export function stallWithoutState(batch: Batch, found: 'unknown' | 'unreachable' | 'other-account', look: Look): Stall {
  return stallAt(batch, found, look);
}

/** True once a batch is given up: a person asked for it, or looks have found it stalled for too long. */
export function isGivenUp({ abandonment, stall }: Batch, look: Pick<Look, 'run' | 'lostAfterMs'>): boolean {
  if (abandonment != null) return true;
  if (stall?.observed === undefined || isOfCancelledRun(stall) !== isCancelled(look)) return false;
  return stall.observed.totalMs >= stallLimitMs(look);
}

/**
 * A stall begins again when something else is found: that the provider has shown a batch for days says nothing of a batch that it
 * does not know. It begins once more when the run is cancelled. From then on it goes on whatever is found, so that the run ends.
 */
function stallAt({ stall }: Batch, found: string, look: Look): Stall {
  const ofCancelledRun = isCancelled(look);
  const before = stall != null && isOfCancelledRun(stall) === ofCancelledRun ? stall : null;
  const isSame = before?.found === found;
  return {
    since: isSame ? before.since : look.now,
    found,
    ofCancelledRun,
    observed: observe(isSame || ofCancelledRun ? before?.observed : null, look.now, stallLimitMs(look)),
  };
}

function isOfCancelledRun({ ofCancelledRun = false }: Stall): boolean {
  return ofCancelledRun;
}

function isCancelled({ run }: Pick<Look, 'run'>): boolean {
  return run?.cancelRequestedAt != null;
}

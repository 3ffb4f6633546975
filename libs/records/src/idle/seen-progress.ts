import { observe } from '../observed-time.js';

/** What looks at a batch in progress have shown of its progress. It is kept with the record, so that it goes on after a restart. */
export interface SeenProgress {
  /** Requests that have ended, by the provider's counts. */
  readonly ended: number;
  /** When a look found as many first. */
  readonly since: Date;
  /** The look up to which time was counted; null: the provider has not answered since. */
  readonly lookedAt: Date | null;
  /** For how long as many were found, without outages of the provider. */
  readonly idleMs: number;
}

/** A look at a batch in progress. */
export interface ProgressLook {
  readonly now: Date;
  /** Requests that have ended, by the provider's counts. */
  readonly ended: number;
  readonly limitMs: number;
  /** When a batch of the account was last seen to go on; null: none was. */
  readonly accountMovedAt: Date | null;
  /** No other batch of the account is in progress, but for idle ones. */
  readonly isAlone: boolean;
}

/**
 * The progress after one more look. Time in which no batch of the account goes on is an outage of the provider and does not count: it
 * is counted, up to a sixth of the limit, when another one has gone on. A batch that is alone shows no outage, so its time counts.
 * Between two looks at most a sixth of the limit counts, because services may have been stopped.
 */
export function lookAtProgress(before: SeenProgress | null | undefined, look: ProgressLook): SeenProgress {
  const { now, ended, limitMs, accountMovedAt, isAlone } = look;
  // A provider may show older counts for a while.
  if (before == null || before.ended < ended) return { ended, since: now, lookedAt: now, idleMs: 0 };
  const { lookedAt, idleMs } = before;
  if (lookedAt === null) return { ...before, lookedAt: now };
  if (!isAlone && !hasMovedSince(lookedAt, accountMovedAt)) return before;
  return { ...before, lookedAt: now, idleMs: observe({ lookedAt, totalMs: idleMs }, now, limitMs).totalMs };
}

/** The progress after a look that the provider did not answer: the time until its next answer does not count. */
export function withoutAnswer(before: SeenProgress): SeenProgress {
  return { ...before, lookedAt: null };
}

/** True where a batch of the account was seen to go on after `lookedAt`. */
export function hasMovedSince(lookedAt: Date, accountMovedAt: Date | null): boolean {
  return accountMovedAt !== null && accountMovedAt > lookedAt;
}

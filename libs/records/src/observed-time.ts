/** For how long looks have found the same. It is kept with a record, so that it goes on after a restart. */
export interface ObservedTime {
  readonly lookedAt: Date;
  readonly totalMs: number;
}

/** A limit is reached by no fewer looks than this after the first one. */
const leastLooks = 6;

/**
 * The time after one more look. `before`: null or undefined at the first look. Nobody looks while the services are stopped, so
 * at most a part of the limit counts between two looks.
 */
export function observe(before: ObservedTime | null | undefined, now: Date, limitMs: number): ObservedTime {
  if (before == null) return { lookedAt: now, totalMs: 0 };
  const passedMs = Math.max(0, now.getTime() - before.lookedAt.getTime());
  return { lookedAt: now, totalMs: before.totalMs + Math.min(passedMs, Math.ceil(limitMs / leastLooks)) };
}

/** The longest time between two looks of which all counts, with something to spare. */
export function longestGapMs(limitMs: number): number {
  return limitMs / leastLooks / 2;
}

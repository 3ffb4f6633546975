/**
 * A token bucket in two times, so that refilling it takes no write. In milliseconds since 1970, with fractions.
 *
 * A bucket gives a call as soon as all that it gave before is refilled, and the call is refilled afterwards, however large it
 * is: so a large call waits no longer than a small one. A call that comes early reserves its turn, and is sent at that time.
 */
export interface TokenBucket {
  /** By when everything is refilled that was given. */
  readonly refilledAtMs: number;
  /** When the provider’s own bucket, which holds a minute's worth, is full again. */
  readonly fullAtMs: number;
}

export const untouched: TokenBucket = { refilledAtMs: 0, fullAtMs: 0 };

export const minuteMs = 60_000;
/** A bucket that nobody used has this much of its refill. A provider may enforce a minute's limit within each second. */
const burstMs = 1_000;
/** Of its refill, processes together may hold this much that they have not used yet. */
export const lendableMs = 1_000;
/**
 * The bucket refills by a little less than the limit, so that the burst and what processes hold do not exceed it: in any
 * minute all processes together send at most the limit, and the one call that may be larger than a second's worth.
 */
const refillMs = minuteMs - burstMs - lendableMs;

/** What is refilled in so many milliseconds. */
export function refillIn(ms: number, perMinute: number): number {
  return (ms / minuteMs) * (refillMs / minuteMs) * perMinute;
}

/** When a call may be sent, at the earliest. */
export function turnOf(bucket: TokenBucket, amount: number, perMinute: number, nowMs: number): number {
  if (amount <= 0) return nowMs;
  // The provider refuses what exceeds its limit as a whole: no wait helps.
  const neededMs = (Math.min(amount, perMinute) / perMinute) * minuteMs;
  return Math.max(nowMs, bucket.refilledAtMs, bucket.fullAtMs + neededMs - minuteMs);
}

/** The bucket after a call that is sent at that time, which is its turn or later. */
export function take(bucket: TokenBucket, amount: number, perMinute: number, atMs: number): TokenBucket {
  if (amount <= 0) return bucket;
  return {
    refilledAtMs: Math.max(bucket.refilledAtMs, atMs - burstMs) + amount / refillIn(1, perMinute),
    fullAtMs: Math.max(bucket.fullAtMs, atMs) + (amount / perMinute) * minuteMs,
  };
}

/** What it could give now without making the next call wait. */
export function spareIn(bucket: TokenBucket, perMinute: number, nowMs: number): number {
  const refilledMs = Math.min(nowMs - bucket.refilledAtMs, burstMs);
  const providerMs = nowMs + minuteMs - bucket.fullAtMs;
  return Math.max(0, Math.min(refillIn(refilledMs, perMinute), (providerMs / minuteMs) * perMinute));
}

/** The provider's bucket as a response shows it. Null: the response says nothing of it. */
export function fullAtAsShown(
  shown: { readonly limit: number | null; readonly remaining: number | null; readonly resetMs: number | null },
  perMinute: number,
  nowMs: number,
): number | null {
  const { remaining, resetMs, limit } = shown;
  const whole = limit === null || limit <= 0 ? perMinute : limit;
  const refillsMs = remaining === null ? null : (Math.max(0, whole - remaining) / whole) * minuteMs;
  const untilMs = [refillsMs, resetMs].filter((ms) => ms !== null);
  // A server whose limit is of a day names a reset of hours, and one whose limit is of a fixed minute the end of that.
  return untilMs.length === 0 ? null : nowMs + Math.min(...untilMs, minuteMs);
}

import { delayAfter } from '@batchmill/contracts';

const maxDelayMs = 3_600_000;

export type NextAttempt = { readonly state: 'failed' } | { readonly state: 'retry'; readonly notBefore: Date };

export interface RetryPolicy {
  /** 3 allows four attempts. */
  readonly maxRetries: number;
  readonly baseMs: number;
  readonly now: Date;
  readonly jitter: number;
}

/**
 * Decides whether and when a request without a usable answer is retried. `countsAttempt` false: it is a free retry, which is
 * always granted here; the scanner limits their number. `attempts` includes the one that has just failed, `freeRetries` are
 * those so far. The delay is `baseMs` after the first attempt, doubles with each one, and is at most an hour.
 */
export function nextAttempt(
  countsAttempt: boolean,
  { attempts, freeRetries }: { readonly attempts: number; readonly freeRetries: number },
  { maxRetries, baseMs, now, jitter }: RetryPolicy,
): NextAttempt {
  if (countsAttempt && attempts > maxRetries) return { state: 'failed' };
  const failures = countsAttempt ? attempts - 1 : freeRetries;
  const delayMs = delayAfter(failures, { baseMs, capMs: maxDelayMs, jitter });
  return { state: 'retry', notBefore: new Date(now.getTime() + delayMs) };
}

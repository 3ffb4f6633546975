import { ConnectionError, delayAfter, type Clock } from '@batchmill/contracts';
import { randomInt } from 'node:crypto';
import { RateLimitedError } from '../rates/rate-limited-error.js';
import { AccountRefusedError } from '../refused-error.js';

export interface RetryOptions {
  readonly clock: Clock;
  /** Attempts after the first one. */
  readonly retries: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** Longer delays that the provider asks for are not waited for. Default 5,000. */
  readonly maxAskedMs?: number;
  /** When it aborts, waiting calls fail at once. */
  readonly signal: AbortSignal;
}

/** Longer delays are not waited for: the call fails, the caller's work is released, and what it waits for is shown. */
const usualMaxAskedMs = 5_000;

/**
 * Repeats a call that failed with a ConnectionError, after a growing delay with jitter, or after the delay that the provider
 * asked for. A call that timed out is not repeated: it took so long that its caller has to decide. Nor is one that was refused
 * because of the account: a person has to mend that first.
 */
export async function withRetries<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { clock, retries, baseMs, capMs, signal, maxAskedMs = usualMaxAskedMs } = options;
  for (let retried = 0; ; retried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const requestedMs = error instanceof ConnectionError ? error.retryAfterMs : 0;
      const isUnsent = error instanceof RateLimitedError; // it was waited for as long as it may be
      const isOver = retried >= retries || signal.aborted || requestedMs > maxAskedMs || isUnsent;
      if (isOver || !(error instanceof ConnectionError) || error instanceof AccountRefusedError) throw error;
      const delayMs = delayAfter(retried, { baseMs, capMs, jitter: randomInt(1001) / 1000 });
      await clock.sleep(Math.max(requestedMs, delayMs), signal);
    }
  }
}

import { ConnectionError, delayAfter, type Clock } from '@batchmill/contracts';
import { randomInt } from 'node:crypto';
import { AskedToWait } from './errors-of-calls.js';

export interface RetryOptions {
  readonly clock: Clock;
  /** Tries after the first one. */
  readonly retries: number;
  readonly baseMs: number;
  readonly capMs: number;
  /** Aborted: what is waiting gives up at once. */
  readonly signal: AbortSignal;
}

/** The longest wait that is obeyed; who asks for more gets the work given back instead. */
const longestAskedMs = 60_000;

/**
 * Does it again when the provider was away, after growing, jittered delays, or after what the provider asked for.
 * A call that timed out is not repeated: it has taken long enough for its caller to decide anew.
 */
export async function retry<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { clock, retries, baseMs, capMs, signal } = options;
  for (let tried = 0; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      const asked = error instanceof AskedToWait ? error.waitMs : 0;
      const isOver = tried >= retries || signal.aborted || asked > longestAskedMs;
      if (isOver || !(error instanceof ConnectionError)) throw error;
      const delayMs = delayAfter(tried, { baseMs, capMs, jitter: randomInt(1001) / 1000 });
      await clock.sleep(Math.max(asked, delayMs), signal);
    }
  }
}

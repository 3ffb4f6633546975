import { setTimeout as delay } from 'node:timers/promises';
import { ConnectionError, delayAfter } from '@batchmill/contracts';
import { isRateLimit, milvusErrorOf } from './milvus-error.js';
import { failureIn, failureThrown, type MilvusFailure } from './milvus-failure.js';

type Outcome<T> = { readonly answer: T } | { readonly failure: MilvusFailure; readonly cause: unknown };

const backoff = { baseMs: 50, capMs: 2_000 };

/** Makes every call of Milvus. Turns its failures into errors of ours, and retries calls that meet its rate limit. */
export class MilvusCalls {
  #isClosed = false;

  constructor(
    private readonly address: string,
    private readonly callTimeoutMs: number,
  ) {}

  /**
   * Resolves with the answer of `work`, which may take the time that it is given. Retries it with backoff after a rate
   * limit, while time is left. Null is an answer too.
   */
  async call<T>(what: string, work: (timeoutMs: number) => Promise<T>): Promise<T> {
    const until = performance.now() + this.callTimeoutMs;
    for (let attempts = 0; ; attempts += 1) {
      if (this.#isClosed) {
        throw new ConnectionError(
          'vectors.closed',
          `${what}: the vectors in ${this.address} were closed. Open them again.`,
        );
      }
      const outcome = await outcomeOf(work, Math.max(1, Math.ceil(until - performance.now())));
      if ('answer' in outcome) return outcome.answer;
      const pauseMs = delayAfter(attempts, backoff);
      const isInTime = performance.now() + pauseMs < until;
      if (!isRateLimit(outcome.failure) || !isInTime) {
        throw milvusErrorOf(outcome.failure, `${what} (Milvus at ${this.address})`, outcome.cause);
      }
      await delay(pauseMs);
    }
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Later calls reject. */
  close(): void {
    this.#isClosed = true;
  }
}

async function outcomeOf<T>(work: (timeoutMs: number) => Promise<T>, timeoutMs: number): Promise<Outcome<T>> {
  try {
    const answer = await work(timeoutMs);
    const failure = answer === null ? null : failureIn(answer);
    return failure === null ? { answer } : { failure, cause: failure };
  } catch (error) {
    const failure = failureThrown(error);
    return { failure, cause: error instanceof Error ? error : failure };
  }
}

import type { ShownRates } from './shown-rates.js';

/** A call that takes of what an account may send in a minute. */
export interface GovernedCall {
  /** `retrieveBatch batch_1`, for messages. */
  readonly name: string;
  readonly account: string;
  /** Null for a call of the Files and Batches API, which takes a request of the account and no tokens. */
  readonly model: string | null;
  /** The tokens of its prompts, and the most that it may answer. */
  readonly tokens: number;
}

export interface Patience {
  /** When it aborts, the wait ends. */
  readonly signal: AbortSignal;
  /** For how long a call waits at most, once it is the first to go. */
  readonly patienceMs: number;
}

/** What the provider said with its response to a governed call. */
export interface Noted extends ShownRates {
  /** What the call used, where the response says it. More than it took is taken from the next call. Null: not known. */
  readonly usedTokens: number | null;
}

/**
 * Lets calls go at the rate that the provider allows. Every HTTP call takes, also one that repeats another and one that reads
 * a further page, so the adapter asks before each.
 */
export abstract class RateLimiter {
  /**
   * Resolves when the call may be sent; calls of one process go in the order in which they asked. Rejects with a
   * RateLimitedError when it would have to wait for longer than its patience, or when the signal aborts.
   */
  abstract take(call: GovernedCall, patience: Patience): Promise<void>;

  /** Never rejects. After it has resolved, what the provider asked for holds for every process. */
  abstract note(call: GovernedCall, noted: Noted): Promise<void>;
}

/** Every call goes at once. */
export class NoRateLimiter extends RateLimiter {
  async take(): Promise<void> {}
  async note(): Promise<void> {}
}

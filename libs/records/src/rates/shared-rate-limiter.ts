import type { Clock } from '@batchmill/contracts';
import { RateLimiter, type GovernedCall, type Noted, type Patience } from '@batchmill/provider';
import type { Store } from '@batchmill/store';
import type { Log } from '@batchmill/telemetry';
import type { Amounts, RateBucket } from './rate-bucket.js';
import { RateLine } from './rate-line.js';
import { bucketId } from './rates.js';

export interface SharedRateLimiterOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Names this process. */
  readonly owner: string;
  /** What an account may send in a minute; the tokens are of each model, as are the requests of its synchronous calls. */
  readonly perMinute: Amounts;
}

/**
 * The rate limit of all processes that share a store. There is a bucket for the Files and Batches calls of an account and one
 * for the synchronous calls of each of its models.
 *
 * In any minute all processes together send at most the limit, and one call of more than a second's worth: see `TokenBucket`.
 * A write of a bucket expects the revision that was read, so no two processes get the same turn. Their clocks may differ: one
 * that is ahead gives its process so much more once, not again and again.
 */
export class SharedRateLimiter extends RateLimiter {
  readonly #lines = new Map<string, RateLine>();

  constructor(private readonly options: SharedRateLimiterOptions) {
    super();
  }

  take(call: GovernedCall, patience: Patience): Promise<void> {
    return this.#lineOf(call).take(call, patience);
  }

  note(call: GovernedCall, noted: Noted): Promise<void> {
    return this.#lineOf(call).note(call, noted);
  }

  #lineOf({ account, model }: GovernedCall): RateLine {
    const id = bucketId(account, model);
    const known = this.#lines.get(id);
    if (known !== undefined) return known;
    const { store, clock, log, owner, perMinute } = this.options;
    const collection = store.collection<RateBucket>('rates');
    const line = new RateLine(id, { collection, clock, log, owner, perMinute });
    this.#lines.set(id, line);
    return line;
  }
}

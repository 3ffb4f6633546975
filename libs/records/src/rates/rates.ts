import type { Clock } from '@batchmill/contracts';
import type { Collection, Store } from '@batchmill/store';
import { limitsOf, newRateBucket, units, type Amounts, type RateBucket } from './rate-bucket.js';

/** What is known of the rate of an account, or of one of its models. */
export interface Rate {
  /** The limits that hold: of the settings, or what the provider showed where that is less. */
  readonly perMinute: Amounts;
  /** When the next call may be sent; null: at once. */
  readonly nextAt: Date | null;
  /** True: because the provider asked for it. */
  readonly isStopped: boolean;
}

/** The rates that all processes share, to read. `SharedRateLimiter` writes them. */
export class Rates {
  readonly #collection: Collection<RateBucket>;

  constructor(
    store: Store,
    private readonly clock: Clock,
    /** The limits of the settings. */
    private readonly perMinute: Amounts,
  ) {
    this.#collection = store.collection<RateBucket>('rates');
  }

  /** Of the synchronous calls to a model; null: of the Files and Batches calls of the account. */
  async of(account: string, model: string | null): Promise<Rate> {
    const id = bucketId(account, model);
    const bucket = (await this.#collection.findOne({ _id: id })) ?? newRateBucket(id);
    const nowMs = this.clock.now().getTime();
    const nextMs = Math.max(bucket.stoppedUntilMs, ...units.map((unit) => bucket[unit].refilledAtMs));
    return {
      perMinute: limitsOf(bucket, this.perMinute, nowMs),
      nextAt: nextMs > nowMs ? new Date(nextMs) : null,
      isStopped: bucket.stoppedUntilMs > nowMs,
    };
  }
}

/** The id of the bucket of an account, or of one of its models. */
export function bucketId(account: string, model: string | null): string {
  return model === null ? account : `${account}|${model}`;
}

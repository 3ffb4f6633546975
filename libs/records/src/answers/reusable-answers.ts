import type { Clock } from '@batchmill/contracts';
import type { Collection, Fields, Store } from '@batchmill/store';
import { preparedOnce } from '../prepared-once.js';

/** An answer that later requests with the same key may take. */
export interface ReusableAnswer {
  /** See `requestKey`. */
  readonly key: string;
  readonly pipeline: string;
  readonly url: string;
  /** As it was asked for. */
  readonly model: string;
  /** The provider's response, as JSON, with its usage. */
  readonly body: string;
}

/** An answer as it was found. */
export interface FoundAnswer extends ReusableAnswer {
  readonly keptAt: Date;
}

/** `_id` is the key. */
interface StoredAnswer extends Fields, Omit<ReusableAnswer, 'key'> {
  readonly _id: string;
  readonly keptAt: Date;
}

/** Longer answers are not kept: about 16,000 tokens. */
const maxBodyBytes = 64 * 1024;

/**
 * Answers that were valid and were written into a document, each under the key of its request. They contain what the model said, so
 * they are the user's data. They expire.
 */
export class ReusableAnswers {
  readonly #collection: Collection<StoredAnswer>;
  readonly #prepare: () => Promise<void>;

  /** `lifetimeMs`: how long an answer is kept; 0: none is, and none is found. */
  constructor(
    store: Store,
    private readonly clock: Clock,
    private readonly lifetimeMs: number,
  ) {
    this.#collection = store.collection<StoredAnswer>('reusable_answers');
    this.#prepare = preparedOnce(async () => this.#collection.ensureIndex({ keys: { keptAt: 1 } }));
  }

  /** Those of these keys that have an answer which has not expired, by key. One query. */
  async find(keys: readonly string[]): Promise<ReadonlyMap<string, FoundAnswer>> {
    const found = new Map<string, FoundAnswer>();
    if (keys.length === 0 || this.lifetimeMs === 0) return found;
    const filter = { _id: { $in: [...new Set(keys)] }, keptAt: { $gt: this.#expired() } };
    for await (const { _id: key, ...answer } of this.#collection.find(filter)) found.set(key, { ...answer, key });
    return found;
  }

  /** An answer of the same key is replaced: the newer one counts. One that is too long is left out. */
  async keep(answers: readonly ReusableAnswer[]): Promise<void> {
    const short = answers.filter(({ body }) => Buffer.byteLength(body) <= maxBodyBytes);
    if (short.length === 0 || this.lifetimeMs === 0) return;
    await this.#prepare();
    const keptAt = this.clock.now();
    // If two processes create the same one at once, the store refuses one of them, and the other stands.
    await this.#collection.bulk(
      short.map(({ key, ...answer }) => ({
        filter: { _id: key },
        update: { $set: { ...answer, keptAt } },
        upsert: true,
      })),
    );
  }

  /** Returns how many. */
  async deleteExpired(): Promise<number> {
    return this.#collection.deleteMany({ keptAt: { $lte: this.#expired() } });
  }

  /** Deletes those of these keys. Returns how many there were. */
  async delete(keys: readonly string[]): Promise<number> {
    return keys.length === 0 ? 0 : this.#collection.deleteMany({ _id: { $in: [...new Set(keys)] } });
  }

  /** Those that were kept before a time. */
  keptBefore(before: Date): AsyncIterable<{ readonly body: string }> {
    return this.#collection.find({ keptAt: { $lt: before } });
  }

  /** Those of these keys, also where they have expired. */
  ofKeys(keys: readonly string[]): AsyncIterable<{ readonly body: string }> {
    return this.#collection.find({ _id: { $in: [...new Set(keys)] } });
  }

  /** Deletes those that were kept before a time. Returns how many there were. */
  async deleteBefore(before: Date): Promise<number> {
    return this.#collection.deleteMany({ keptAt: { $lt: before } });
  }

  /** Answers of this time and earlier have expired. */
  #expired(): Date {
    return new Date(this.clock.now().getTime() - this.lifetimeMs);
  }
}

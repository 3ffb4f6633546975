import { withoutDate } from '@batchmill/models';
import type { ProviderBatch } from '@batchmill/provider';
import type { Collection, Fields, Store } from '@batchmill/store';
import { durationsOf, type Durations } from './durations.js';
import { turnaroundSampleOf, type TurnaroundSample } from './turnaround-sample.js';

/** How long batches of one account, model and endpoint take, from their creation to their end, by the provider's clock. */
export interface Turnaround extends Durations {
  /** From their creation until their requests began. */
  readonly toStart: Durations;
}

/** Which batches are alike: `url` is the provider's path, as `/v1/embeddings`. */
export interface BatchKind {
  readonly model: string;
  readonly url: string;
}

/** What the account's list of batches showed when it was last read for its percentiles. */
export interface Calibration {
  /** When it was read, by our clock. */
  readonly at: Date;
  /** Batches by their states. */
  readonly batches: number;
  readonly completed: number;
  readonly expired: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Requests that were answered per hour in which the provider had a batch; null: none was answered. */
  readonly requestsPerHour: number | null;
}

/** The last batches of one account, model and endpoint. */
interface StoredTurnarounds extends Fields, BatchKind {
  /** `account|model|url` */
  readonly _id: string;
  readonly account: string;
  /** By their end, the oldest first. */
  readonly samples: readonly TurnaroundSample[];
  /** Missing: the list was never read. */
  readonly calibration?: Calibration;
}

/** Enough that quantiles of a distribution with two humps are right, and few enough for one document (about 50 KB). */
const keptSamples = 500;

/** How long the provider takes. The stages add each batch that ends, and `batchmill calibrate` those that were there before. */
export class Turnarounds {
  readonly #collection: Collection<StoredTurnarounds>;

  constructor(store: Store) {
    this.#collection = store.collection<StoredTurnarounds>('turnarounds');
  }

  /**
   * Of the last 500 batches that ended. A model and its dated version (`gpt-4o-mini-2024-07-18`) are the same, since the provider
   * may name either.
   */
  async turnaroundOf(account: string, model: string, url: string): Promise<Turnaround> {
    return turnaroundFrom(await this.samplesOf(account, model, url));
  }

  /** Each of these batches, by their end, the oldest first. */
  async samplesOf(account: string, model: string, url: string): Promise<readonly TurnaroundSample[]> {
    const stored = await this.#collection.findOne({ _id: idOf(account, { model, url }) });
    return stored?.samples ?? [];
  }

  /** What the account's list of batches last showed of them; null: it was not read. */
  async calibrationOf(account: string, model: string, url: string): Promise<Calibration | null> {
    const stored = await this.#collection.findOne({ _id: idOf(account, { model, url }) });
    return stored?.calibration ?? null;
  }

  /**
   * Adds the batches that tell how long the provider takes, and leaves out the others. A batch that is added again counts once. Only
   * if two processes add it at the same moment, it counts twice, which does no harm.
   */
  async add(
    account: string,
    { model, url }: BatchKind,
    batches: readonly (ProviderBatch & Pick<TurnaroundSample, 'ourSeconds'>)[],
  ): Promise<void> {
    const samples = batches.flatMap((batch) => turnaroundSampleOf(batch) ?? []);
    if (samples.length === 0) return;
    const _id = idOf(account, { model, url });
    const ids = samples.map(({ id }) => id);
    const push = { samples: { $each: samples, $sort: { endedAt: 1 }, $slice: -keptSamples } };
    // A few samples are not missed: no write has to outlast a power failure.
    const unseen = { _id, 'samples.id': { $nin: ids } };
    const { matched } = await this.#collection.updateOne(unseen, { $push: push }, { durable: false });
    if (matched === 1) return;
    await this.#collection.updateOne({ _id }, { $pull: { samples: { id: { $in: ids } } } }, { durable: false });
    await this.#collection.updateOne(
      { _id },
      { $setOnInsert: { account, model: withoutDate(model), url }, $push: push },
      { upsert: true, durable: false },
    );
  }

  /** Replaces what was kept of the list of batches. */
  async calibrate(account: string, { model, url }: BatchKind, calibration: Calibration): Promise<void> {
    await this.#collection.updateOne(
      { _id: idOf(account, { model, url }) },
      { $set: { calibration }, $setOnInsert: { account, model: withoutDate(model), url, samples: [] } },
      { upsert: true },
    );
  }
}

/** What samples of batches of one kind show. */
export function turnaroundFrom(samples: readonly TurnaroundSample[]): Turnaround {
  return {
    ...durationsOf(samples.map(({ seconds }) => seconds)),
    toStart: durationsOf(samples.flatMap(({ secondsToStart }) => secondsToStart ?? [])),
  };
}

function idOf(account: string, { model, url }: BatchKind): string {
  return `${account}|${withoutDate(model)}|${url}`;
}

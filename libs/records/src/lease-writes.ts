import type { Clock, EventEnvelope } from '@batchmill/contracts';
import type { Collection } from '@batchmill/store';
import { freeLease, noBackoff, type Changes, type RecordedError, type WorkRecord } from './work-record.js';

export interface StateChange<T extends WorkRecord> {
  readonly state: T['state'];
  readonly changes: Changes<T>;
  readonly envelopes: readonly EventEnvelope[];
  readonly backoffUntil?: Date;
}

interface Writing {
  readonly envelopes?: readonly EventEnvelope[];
  /** Besides state and fence. */
  readonly expecting?: Readonly<Record<string, unknown>>;
  /** False: what a loss of power undoes is done again by whoever takes the record next. */
  readonly durable?: boolean;
}

export interface Failure {
  readonly error: RecordedError;
  readonly backoffUntil: Date;
}

/** The writes of a lease's holder. Each expects state and fence, and tells by false that they are not what they were. */
export class LeaseWrites<T extends WorkRecord> {
  readonly #collection: Collection<T>;
  readonly #clock: Clock;

  constructor(collection: Collection<T>, clock: Clock) {
    this.#collection = collection;
    this.#clock = clock;
  }

  async save(record: T, changes: Changes<T>): Promise<boolean> {
    return this.#update(record, { ...changes });
  }

  /** Expects the owner too: a renewal that comes after the record was let go must not hold it. */
  async renew(record: T, until: Date): Promise<boolean> {
    const expecting = { 'lease.owner': record.lease.owner };
    return this.#update(record, { 'lease.until': until }, { expecting, durable: false });
  }

  async transition(
    record: T,
    { state, changes, envelopes, backoffUntil = noBackoff }: StateChange<T>,
  ): Promise<boolean> {
    const set = {
      ...changes,
      state,
      nextAt: this.#clock.now(),
      backoffUntil,
      lease: freeLease,
      attempts: 0,
      error: null,
    };
    return this.#update(record, set, { envelopes });
  }

  /** A wake that came in the meantime makes the record due at once. Nothing outside happens on the strength of a wait. */
  async wait(record: T, changes: Changes<T>, until: Date): Promise<boolean> {
    const set = { ...changes, backoffUntil: noBackoff, lease: freeLease, attempts: 0, error: null };
    const expecting = { signals: record.signals };
    if (await this.#update(record, { ...set, nextAt: until }, { expecting, durable: false })) return true;
    return this.#update(record, { ...set, nextAt: this.#clock.now() }, { durable: false });
  }

  /** Given back as it is, for a dependency that is away or a stage that stops. */
  async giveBack(record: T, backoffUntil: Date): Promise<boolean> {
    return this.#update(record, { lease: freeLease, backoffUntil }, { durable: false });
  }

  async fail(record: T, failure: Failure): Promise<boolean> {
    return this.#update(record, this.#failed(record, failure));
  }

  /** The last failure. False too when a wish or a wake came in the meantime: that is looked at first. */
  async park(record: T, failure: Failure): Promise<boolean> {
    const set = { ...this.#failed(record, failure), parked: true };
    return this.#update(record, set, { expecting: { signals: record.signals } });
  }

  /** Without the fence: the record may be in other hands long since. */
  async markPublished(id: string, factId: string): Promise<void> {
    await this.#collection.updateOne({ _id: id }, { $pull: { outbox: { id: factId } } }, { durable: false });
  }

  #failed(record: T, { error, backoffUntil }: Failure): Record<string, unknown> {
    return { lease: freeLease, attempts: record.attempts + 1, error, backoffUntil };
  }

  async #update(
    record: T,
    set: Record<string, unknown>,
    { envelopes = [], expecting = {}, durable = true }: Writing = {},
  ): Promise<boolean> {
    const { matched } = await this.#collection.updateOne(
      { _id: record._id, state: record.state, fence: record.fence, ...expecting },
      {
        $set: { ...set, updatedAt: this.#clock.now() },
        ...(envelopes.length === 0 ? {} : { $push: { outbox: { $each: envelopes } } }),
      },
      { durable },
    );
    return matched === 1;
  }
}

import type { Clock, EventEnvelope } from '@batchmill/contracts';
import type { Collection } from '@batchmill/store';
import { freeLease, noBackoff, type Changes, type RecordedError, type WorkRecord } from './work-record.js';

/** What `transition` writes. */
export interface StateChange<T extends WorkRecord> {
  readonly state: T['state'];
  readonly changes: Changes<T>;
  readonly envelopes: readonly EventEnvelope[];
  readonly backoffUntil?: Date;
}

/** What `fail` and `park` write. */
export interface Failure {
  readonly error: RecordedError;
  readonly backoffUntil: Date;
}

interface WriteOptions {
  readonly envelopes?: readonly EventEnvelope[];
  /** Expected beside state and fence. */
  readonly expecting?: Readonly<Record<string, unknown>>;
  /** False for a write that may be lost in a power failure: the next holder repeats it. */
  readonly durable?: boolean;
}

/** The writes of a lease's holder. Each expects state and fence, and returns false when they have changed. */
export class LeaseWrites<T extends WorkRecord> {
  readonly #collection: Collection<T>;
  readonly #clock: Clock;

  constructor(collection: Collection<T>, clock: Clock) {
    this.#collection = collection;
    this.#clock = clock;
  }

  /** Writes changes and keeps the lease. */
  async save(record: T, changes: Changes<T>): Promise<boolean> {
    return this.#update(record, { ...changes });
  }

  /** Expects the owner too: a renewal that arrives after the lease ended must not take the record again. */
  async renew(record: T, until: Date): Promise<boolean> {
    const expecting = { 'lease.owner': record.lease.owner };
    return this.#update(record, { 'lease.until': until }, { expecting, durable: false });
  }

  /** Writes the new state with changes and envelopes, and ends the lease. */
  async transition(
    record: T,
    { state, changes, envelopes, backoffUntil = noBackoff }: StateChange<T>,
  ): Promise<boolean> {
    const set = { ...changes, state, nextAt: this.#clock.now(), lease: freeLease, attempts: 0, error: null };
    return this.#backOff(record, set, backoffUntil, { envelopes });
  }

  /**
   * Writes changes and ends the lease; the record keeps its state and is due at `until`. A signal that arrived since it
   * was taken makes it due at once instead.
   */
  async wait(record: T, changes: Changes<T>, until: Date): Promise<boolean> {
    const set = { ...changes, backoffUntil: noBackoff, lease: freeLease, attempts: 0, error: null };
    const expecting = { signals: record.signals };
    if (await this.#update(record, { ...set, nextAt: until }, { expecting, durable: false })) return true;
    return this.#update(record, { ...set, nextAt: this.#clock.now() }, { durable: false });
  }

  /** Ends the lease and counts no attempt: the stage stops, or a dependency is unavailable for the reason of `error`. */
  async release(record: T, backoffUntil: Date, error?: RecordedError): Promise<boolean> {
    const why = error === undefined ? {} : { error: sinceFirst(record.error, error) };
    return this.#backOff(record, { lease: freeLease, ...why }, backoffUntil, { durable: false });
  }

  /** Ends the lease after a failed attempt. */
  async fail(record: T, failure: Failure): Promise<boolean> {
    return this.#backOff(record, this.#failed(record, failure), failure.backoffUntil);
  }

  /**
   * Parks the record after its last attempt. Returns false too when a signal arrived meanwhile: it is handled first.
   */
  async park(record: T, failure: Failure): Promise<boolean> {
    const set = { ...this.#failed(record, failure), backoffUntil: failure.backoffUntil, parked: true };
    return this.#update(record, set, { expecting: { signals: record.signals } });
  }

  /** Removes an event from the outbox. Does not expect the fence: another process may hold the record by now. */
  async markPublished(id: string, eventId: string): Promise<void> {
    await this.#collection.updateOne({ _id: id }, { $pull: { outbox: { id: eventId } } }, { durable: false });
  }

  #failed(record: T, { error }: Failure): Record<string, unknown> {
    return { lease: freeLease, attempts: record.attempts + 1, error };
  }

  /** Ends the lease. A signal that arrived since the record was taken makes it due at once instead of after the backoff. */
  async #backOff(
    record: T,
    set: Record<string, unknown>,
    backoffUntil: Date,
    options: Omit<WriteOptions, 'expecting'> = {},
  ): Promise<boolean> {
    if (backoffUntil > noBackoff) {
      const expecting = { signals: record.signals };
      if (await this.#update(record, { ...set, backoffUntil }, { ...options, expecting })) return true;
    }
    return this.#update(record, { ...set, backoffUntil: noBackoff }, options);
  }

  async #update(
    record: T,
    set: Record<string, unknown>,
    { envelopes = [], expecting = {}, durable = true }: WriteOptions = {},
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

/** An outage is recorded with the time at which it began. */
function sinceFirst(known: RecordedError | null, error: RecordedError): RecordedError {
  return known?.code === error.code ? { ...error, at: known.at } : error;
}

/* Long, because every way in which a stage takes, counts or publishes records of any kind is a method here. */

import type { Clock, ErrorCode, Event, EventEnvelope } from '@batchmill/contracts';
import { DuplicateKeyError, type Collection, type Filter, type IndexKeys } from '@batchmill/store';
import { LeaseWrites } from './lease-writes.js';
import type { Transition } from './transition.js';
import { freeLease, noBackoff, type Changes, type WorkRecord } from './work-record.js';

/** Which record to take, for whom and for how long. */
export interface TakeOptions<S extends string> {
  readonly state: S;
  readonly owner: string;
  readonly leaseMs: number;
  /** Takes this record, even before its `nextAt`. Missing: takes the record that has been due longest. */
  readonly id?: string;
}

/** The records that a stage has to work on now. */
export interface DueRecords {
  readonly count: number;
  /** When the one that has been due longest became due, before any failed attempt. Null: none is due. */
  readonly since: Date | null;
}

/** Which envelopes of which records `unpublished` finds. */
export interface UnpublishedOptions {
  readonly topics: readonly string[];
  /** Only records that were written after then. */
  readonly changedAfter: Date;
  /** Only envelopes that were recorded by then: younger ones are probably being published now. */
  readonly recordedBefore: Date;
}

/** The indexes of records of every kind. */
const ofAllKinds: readonly IndexKeys[] = [
  { keys: { state: 1, nextAt: 1 } },
  { keys: { updatedAt: 1 } },
  // Few are parked, and they are looked for all the time.
  { keys: { parked: 1 } },
];

/** The records of one kind. They are taken under a lease, and each change of state is one conditional update. */
export abstract class Records<T extends WorkRecord> {
  readonly writes: LeaseWrites<T>;

  protected constructor(
    protected readonly collection: Collection<T>,
    protected readonly clock: Clock,
  ) {
    this.writes = new LeaseWrites(collection, clock);
  }

  /** The id of the record of this kind that an event is about; null when it is about none. */
  abstract idIn(event: Event): string | null;

  /** The id of the run that a record belongs to; null when it belongs to none. */
  abstract runOf(record: T): string | null;

  /** The states that a record leaves again. A record in any other state has ended. */
  abstract readonly activeStates: readonly T['state'][];

  /** The stage that takes the records in a state. A state in which none is taken is missing. */
  abstract readonly stageOf: Readonly<Partial<Record<T['state'], string>>>;

  protected abstract readonly indexes: readonly IndexKeys[];

  /** Creates the indexes. Called once before the first work. */
  async prepare(): Promise<void> {
    for (const index of [...ofAllKinds, ...this.indexes]) {
      await this.collection.ensureIndex(index);
    }
  }

  /** Whether an index is missing. Creates nothing. Rejects when one is there in another form. */
  async lacksIndex(): Promise<boolean> {
    for (const index of [...ofAllKinds, ...this.indexes]) {
      if (!(await this.collection.hasIndex(index))) return true;
    }
    return false;
  }

  /** The record by its id; null when there is none. */
  async get(id: string): Promise<T | null> {
    return this.collection.findOne({ _id: id });
  }

  /** How many records are in a state. */
  async countIn(state: T['state']): Promise<number> {
    return this.collection.count({ state });
  }

  /** The records that failed too often and wait for a person. */
  parked(): AsyncIterable<T> {
    return this.collection.find(this.#parkedFilter());
  }

  /** How many records are parked. */
  async countParked(): Promise<number> {
    return this.collection.count(this.#parkedFilter());
  }

  /** The records that wait because of an error of this code, as of a dependency that is unavailable. */
  waitingFor(code: ErrorCode): AsyncIterable<T> {
    return this.collection.find({ state: { $in: this.activeStates }, parked: false, 'error.code': code });
  }

  /** The records that `take` could take now, the one that has been due longest first. */
  takeable({ state, id }: Pick<TakeOptions<T['state']>, 'state' | 'id'>): AsyncIterable<T> {
    return this.collection.find(this.#takeableFilter(state, id), { sort: { nextAt: 1 } });
  }

  /**
   * The records in a state that can be worked on now, and those that are being worked on. What is parked or backs off is
   * neither.
   */
  async dueIn(state: T['state']): Promise<DueRecords> {
    const now = this.clock.now();
    const isDue = { state, nextAt: { $lte: now }, parked: false, backoffUntil: { $lte: now } };
    const oldest = await this.collection.findOne(isDue, { sort: { nextAt: 1 }, projection: { nextAt: 1 } });
    const count = oldest === null ? 0 : await this.collection.count(isDue);
    return { count, since: count === 0 ? null : (oldest?.nextAt ?? null) };
  }

  /** Takes a record by one atomic update: no two callers take the same one. Null when there is none to take. */
  async take({ state, owner, leaseMs, id }: TakeOptions<T['state']>): Promise<T | null> {
    const now = this.clock.now();
    return this.collection.findOneAndUpdate(
      this.#takeableFilter(state, id),
      {
        $set: { lease: { owner, until: new Date(now.getTime() + leaseMs) } },
        $inc: { fence: 1 },
        // The signal is used up: if this holder dies or releases the record, a poll must find it.
        ...(id === undefined ? {} : { $min: { nextAt: now } }),
      },
      { sort: { nextAt: 1 }, durable: false },
    );
  }

  /** Who holds leases that have not run out. */
  async leaseHolders(): Promise<ReadonlySet<string>> {
    const holders = new Set<string>();
    for await (const { lease } of this.collection.find(this.#leasedFilter(), { projection: { lease: 1 } }))
      if (lease.owner !== null) holders.add(lease.owner);
    return holders;
  }

  /**
   * Ends the leases of these holders, whose processes have ended, so that their work goes on at once, and returns how many there were. Without
   * holders: every lease, for a process that knows that no other works on these records. A holder that lives on all the same has an older
   * fence: what it writes changes nothing.
   */
  async endLeases(holders?: readonly string[]): Promise<number> {
    const { matched } = await this.collection.updateMany(
      { ...this.#leasedFilter(), ...(holders !== undefined && { 'lease.owner': { $in: holders } }) },
      { $set: { lease: freeLease }, $inc: { fence: 1 } },
    );
    return matched;
  }

  /** Notes a signal on a leased record, so that its holder does not let it wait. False: no lease in that state. */
  async noteSignal(id: string, state: T['state']): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state, 'lease.until': { $gt: this.clock.now() } },
      { $inc: { signals: 1 } },
      { durable: false },
    );
    return matched === 1;
  }

  /** The transition that inserts a record with its events. It changes nothing when there is a record of that id. */
  insert<E extends Event = never>(record: T, ...events: E[]): Transition<E> {
    return this.#unleased(record._id, events, async (envelopes) => {
      try {
        await this.collection.insertOne({ ...record, outbox: [...envelopes] });
        return true;
      } catch (error) {
        if (error instanceof DuplicateKeyError) return false;
        throw error;
      }
    });
  }

  /**
   * The transition of a record that is not leased, for the one stage that writes it in that state. It expects only the
   * state: applied twice, it changes nothing the second time.
   */
  transition<E extends Event = never>(
    id: string,
    { from, to, changes = {}, nextAt }: { from: T['state']; to: T['state']; changes?: Changes<T>; nextAt?: Date },
    ...events: E[]
  ): Transition<E> {
    return this.#unleased(id, events, async (envelopes) => {
      const now = this.clock.now();
      const { matched } = await this.collection.updateOne(
        { _id: id, state: from },
        {
          $set: { ...changes, state: to, nextAt: nextAt ?? now, attempts: 0, error: null, updatedAt: now },
          ...(envelopes.length === 0 ? {} : { $push: { outbox: { $each: envelopes } } }),
        },
      );
      return matched === 1;
    });
  }

  /** The envelopes in outboxes, each with the id of its record. */
  async *unpublished(which: UnpublishedOptions): AsyncIterable<{ recordId: string; envelope: EventEnvelope }> {
    const holding = { updatedAt: { $gt: which.changedAfter }, 'outbox.0': { $exists: true } };
    for await (const record of this.collection.find(holding)) {
      for (const envelope of record.outbox) {
        if (which.topics.includes(envelope.topic) && envelope.at <= which.recordedBefore)
          yield { recordId: record._id, envelope };
      }
    }
  }

  /** Retries a parked record: it is due at once, with its attempts counted from zero. False: it is not parked. */
  async unpark(id: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne({ _id: id, parked: true }, { $set: this.dueNow() });
    return matched === 1;
  }

  /**
   * Ends every record that has not ended, as it stands, and drops the events that were not published. For a state that was
   * copied from one that continues elsewhere. Returns the number of records that were ended.
   */
  async endAll(state: T['state'], changes: Changes<T> = {}): Promise<number> {
    const { matched } = await this.collection.updateMany(
      { state: { $in: this.activeStates } },
      {
        $set: { ...changes, state, parked: false, lease: freeLease, updatedAt: this.clock.now() },
        // A holder of a lease that still works writes with an older fence.
        $inc: { fence: 1 },
      },
    );
    await this.dropOutbox();
    return matched;
  }

  /** Deletes records in these states. Those with events that are not published stay. Returns how many were deleted. */
  protected async deleteWhere(filter: Filter): Promise<number> {
    return this.collection.deleteMany({ ...filter, 'outbox.0': { $exists: false } });
  }

  /** Drops the events that were not published. */
  async dropOutbox(): Promise<void> {
    await this.collection.updateMany({ 'outbox.0': { $exists: true } }, { $set: { outbox: [] } });
  }

  /** The fields that make a record due now, even when it is parked or backs off. */
  protected dueNow(): Record<string, unknown> {
    return { parked: false, attempts: 0, nextAt: this.clock.now(), backoffUntil: noBackoff };
  }

  #unleased<E extends Event>(recordId: string, events: readonly E[], apply: Transition<E>['apply']): Transition<E> {
    return {
      events,
      recordId,
      endsLease: false,
      dueAt: null,
      apply,
      markPublished: (eventId) => this.writes.markPublished(recordId, eventId),
    };
  }

  #takeableFilter(state: T['state'], id: string | undefined): Filter {
    const now = this.clock.now();
    return {
      ...(id === undefined ? { nextAt: { $lte: now } } : { _id: id }),
      state,
      parked: false,
      backoffUntil: { $lte: now },
      'lease.until': { $lte: now },
    };
  }

  #leasedFilter(): Filter {
    return { state: { $in: this.activeStates }, 'lease.until': { $gt: this.clock.now() } };
  }

  /** Names the active states, for which there is an index: most records have ended. */
  #parkedFilter(): Filter {
    return { state: { $in: this.activeStates }, parked: true };
  }
}

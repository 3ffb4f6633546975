import type { Clock, Event, EventEnvelope } from '@batchmill/contracts';
import { DuplicateKeyError, type Collection, type Filter, type FindOptions, type IndexKeys } from '@batchmill/store';
import { LeaseWrites } from './lease-writes.js';
import type { Transition } from './transition.js';
import { noBackoff, type Changes, type WorkRecord } from './work-record.js';

export interface TakeOptions<S extends string> {
  readonly state: S;
  readonly owner: string;
  readonly leaseMs: number;
  /** A woken record: taken before its `nextAt`, never before its `backoffUntil`. Missing: the one that is due longest. */
  readonly id?: string;
}

/** Records that are worked on: taken under a lease, moved by one conditional update each. */
export abstract class Records<T extends WorkRecord> {
  readonly writes: LeaseWrites<T>;

  protected constructor(
    protected readonly collection: Collection<T>,
    protected readonly clock: Clock,
  ) {
    this.writes = new LeaseWrites(collection, clock);
  }

  /** Which record of this kind an event speaks of; null when of none. */
  abstract idIn(event: Event): string | null;

  /** The run that a record is part of; null when it is of none. */
  runOf(record: T): string | null {
    return typeof record['runId'] === 'string' ? record['runId'] : null;
  }

  protected abstract readonly indexes: readonly IndexKeys[];

  /** Called once before the first work. */
  async prepare(): Promise<void> {
    const ofAll = [{ keys: { state: 1, nextAt: 1 } } as const, { keys: { updatedAt: 1 } } as const];
    for (const index of [...ofAll, ...this.indexes]) {
      await this.collection.ensureIndex(index);
    }
  }

  async get(id: string): Promise<T | null> {
    return this.collection.findOne({ _id: id });
  }

  find(filter: Filter, finding?: FindOptions): AsyncIterable<T> {
    return this.collection.find(filter, finding);
  }

  async count(filter: Filter): Promise<number> {
    return this.collection.count(filter);
  }

  /** One atomic update: no two callers take the same record. Null when there is none to take. */
  async take({ state, owner, leaseMs, id }: TakeOptions<T['state']>): Promise<T | null> {
    const now = this.clock.now();
    return this.collection.findOneAndUpdate(
      {
        ...(id === undefined ? { nextAt: { $lte: now } } : { _id: id }),
        state,
        parked: false,
        backoffUntil: { $lte: now },
        'lease.until': { $lte: now },
      },
      {
        $set: { lease: { owner, until: new Date(now.getTime() + leaseMs) } },
        $inc: { fence: 1 },
        // The wake is used up: whoever comes after a holder that dies, or gives the record back, finds it by its time.
        ...(id === undefined ? {} : { $min: { nextAt: now } }),
      },
      { sort: { nextAt: 1 }, durable: false },
    );
  }

  /** Tells the holder of a leased record to look again before it lets go. False: nobody holds it in that state. */
  async noteSignal(id: string, state: T['state']): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state, 'lease.until': { $gt: this.clock.now() } },
      { $inc: { signals: 1 } },
      { durable: false },
    );
    return matched === 1;
  }

  /** Inserts a record if there is none of its id, together with the events that say so. */
  insertion<E extends Event = never>(record: T, ...events: E[]): Transition<E> {
    return {
      events,
      recordId: record._id,
      endsLease: false,
      dueAt: null,
      whenNotApplied: 'done-already',
      apply: async (envelopes) => {
        try {
          await this.collection.insertOne({ ...record, outbox: [...envelopes] });
          return true;
        } catch (error) {
          if (error instanceof DuplicateKeyError) return false;
          throw error;
        }
      },
      markPublished: (factId) => this.writes.markPublished(record._id, factId),
    };
  }

  /**
   * Moves a record that is not leased, by whoever is its one writer in that state.
   * It expects the state alone: a second try finds it moved already.
   */
  transition<E extends Event = never>(
    id: string,
    { from, to, changes = {}, nextAt }: { from: T['state']; to: T['state']; changes?: Changes<T>; nextAt?: Date },
    ...events: E[]
  ): Transition<E> {
    return {
      events,
      recordId: id,
      endsLease: false,
      dueAt: null,
      whenNotApplied: 'done-already',
      apply: async (envelopes) => {
        const now = this.clock.now();
        const { matched } = await this.collection.updateOne(
          { _id: id, state: from },
          {
            $set: { ...changes, state: to, nextAt: nextAt ?? now, attempts: 0, error: null, updatedAt: now },
            ...(envelopes.length === 0 ? {} : { $push: { outbox: { $each: envelopes } } }),
          },
        );
        return matched === 1;
      },
      markPublished: (factId) => this.writes.markPublished(id, factId),
    };
  }

  /** Facts that are still outbox, of these topics and this age, with the records that hold them. */
  async *unpublished(which: {
    topics: readonly string[];
    changedAfter: Date;
    saidBefore: Date;
  }): AsyncIterable<{ recordId: string; envelope: EventEnvelope }> {
    const holding = { updatedAt: { $gt: which.changedAfter }, 'outbox.0': { $exists: true } };
    for await (const record of this.collection.find(holding)) {
      for (const envelope of record.outbox) {
        if (which.topics.includes(envelope.topic) && envelope.at <= which.saidBefore)
          yield { recordId: record._id, envelope };
      }
    }
  }

  /** Lets those of a run be looked at now that wait in a state; what is parked or backed off stays so. */
  async makeDue(runId: string, state: T['state']): Promise<void> {
    await this.collection.updateMany({ runId, state }, { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } });
  }

  /** A person's retry: the mark is cleared and the work is due at once. False: it is not parked. */
  async unpark(id: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne({ _id: id, parked: true }, { $set: this.due() });
    return matched === 1;
  }

  /** What makes a record due now, whatever held it up. */
  protected due(): Record<string, unknown> {
    return { parked: false, attempts: 0, nextAt: this.clock.now(), backoffUntil: noBackoff };
  }
}

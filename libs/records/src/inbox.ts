import type { Clock } from '@batchmill/contracts';
import type { Store } from '@batchmill/store';
import { Records } from './work/records.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

/** That a consumer handled a message, or an event that it recorded meanwhile. It is never worked on. */
export interface InboxEntry extends WorkRecord<'recorded'> {
  readonly consumer: string;
}

/** What consumers recorded of messages, each under an id that a second delivery repeats. */
export class Inbox extends Records<InboxEntry> {
  readonly activeStates = [];
  readonly stageOf = {};
  protected readonly indexes = [];

  constructor(store: Store, clock: Clock) {
    super(store.collection<InboxEntry>('inbox'), clock);
  }

  idIn(): string | null {
    return null;
  }

  runOf(): string | null {
    return null;
  }

  /** Deletes entries of messages that were handled before then. Returns how many were deleted. */
  async deleteBefore(before: Date): Promise<number> {
    return this.deleteWhere({ updatedAt: { $lt: before } });
  }

  /** How many `deleteBefore` would delete. */
  async countBefore(before: Date): Promise<number> {
    return this.collection.count({ updatedAt: { $lt: before }, 'outbox.0': { $exists: false } });
  }

  /** A new entry, not yet inserted. */
  new(id: string, consumer: string, traceparent: string | null): InboxEntry {
    return { ...freshWork(id, 'recorded', { now: this.clock.now(), traceparent }), consumer };
  }
}

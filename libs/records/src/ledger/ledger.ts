import type { Collection, Filter, Store } from '@batchmill/store';
import type { FunctionCost } from '../ingestion.js';
import { preparedOnce } from '../prepared-once.js';
import type { LedgerEntry } from './ledger-entry.js';

/** Which entries are asked for. All fields must fit. */
export interface LedgerQuery {
  readonly runId?: string;
  readonly pipeline?: string;
  /** From this time on. */
  readonly since?: Date;
  /** Before this time. */
  readonly until?: Date;
}

/** What was paid: one entry per batch, and per slice of synchronous calls. */
export class Ledger {
  readonly #collection: Collection<LedgerEntry>;
  readonly #prepare: () => Promise<void>;

  constructor(store: Store) {
    this.#collection = store.collection<LedgerEntry>('ledger');
    this.#prepare = preparedOnce(async () => {
      for (const keys of [{ at: 1 }, { runId: 1 }] as const) await this.#collection.ensureIndex({ keys });
    });
  }

  /** Writes an entry. An entry of the same id is replaced: its writer was repeated after a crash. */
  async book({ _id, ...entry }: LedgerEntry): Promise<void> {
    await this.#prepare();
    await this.#collection.updateOne({ _id }, { $set: entry }, { upsert: true });
  }

  /** Notes which answers of an entry were used later, all of them each time. It changes nothing where there is no such entry. */
  async noteReprocessed(entryId: string, reprocessed: readonly FunctionCost[]): Promise<void> {
    await this.#collection.updateOne({ _id: entryId }, { $set: { reprocessed } });
  }

  /** The entries, the oldest first. */
  entries({ runId, pipeline, since, until }: LedgerQuery = {}): AsyncIterable<LedgerEntry> {
    const at = { ...(since !== undefined && { $gte: since }), ...(until !== undefined && { $lt: until }) };
    const filter: Filter = {
      ...(runId !== undefined && { runId }),
      ...(pipeline !== undefined && { pipeline }),
      ...(Object.keys(at).length > 0 && { at }),
    };
    return this.#collection.find(filter, { sort: { at: 1 } });
  }
}

import type { Collection, Filter, Store } from '@batchmill/store';
import type { LedgerEntry } from './ledger-entry.js';

/** Which entries are asked for. All fields must fit. */
export interface LedgerQuery {
  readonly runId?: string;
  readonly pipeline?: string;
  readonly since?: Date;
}

/** What was paid: one entry per batch, and per slice of synchronous calls. */
export class Ledger {
  readonly #collection: Collection<LedgerEntry>;
  #prepared: Promise<void> | null = null;

  constructor(store: Store) {
    this.#collection = store.collection<LedgerEntry>('ledger');
  }

  /** Writes an entry. An entry of the same id is replaced: its writer was repeated after a crash. */
  async book({ _id, ...entry }: LedgerEntry): Promise<void> {
    this.#prepared ??= this.#prepare();
    await this.#prepared;
    await this.#collection.updateOne({ _id }, { $set: entry }, { upsert: true });
  }

  /** The entries, the oldest first. */
  entries({ runId, pipeline, since }: LedgerQuery = {}): AsyncIterable<LedgerEntry> {
    const filter: Filter = {
      ...(runId !== undefined && { runId }),
      ...(pipeline !== undefined && { pipeline }),
      ...(since !== undefined && { at: { $gte: since } }),
    };
    return this.#collection.find(filter, { sort: { at: 1 } });
  }

  async #prepare(): Promise<void> {
    for (const keys of [{ at: 1 }, { runId: 1 }] as const) await this.#collection.ensureIndex({ keys });
  }
}

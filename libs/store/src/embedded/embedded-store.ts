import { SystemClock, type Clock } from '@batchmill/contracts';
import { Store, type Collection, type Fields } from '../store.js';
import { Catalog } from './catalog/catalog.js';
import { Database } from './database.js';
import { EmbeddedCollection } from './embedded-collection.js';

export interface EmbeddedStoreOptions {
  /** The SQLite file; its folder is made when it is missing. */
  readonly file: string;
  /** FULL: what a promise resolved for survives a loss of power. NORMAL: it survives the end of the process only. */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a call waits for other processes that write to the same file. */
  readonly busyTimeoutMs?: number;
  /** The time of `$currentDate`. */
  readonly clock?: Clock;
}

/**
 * Collections in one SQLite file, which several processes may have open. Documents are kept as BSON; queries and updates
 * are MongoDB's.
 */
export class EmbeddedStore extends Store {
  readonly #catalog: Catalog;
  readonly #clock: Clock;

  private constructor(catalog: Catalog, clock: Clock) {
    super();
    this.#catalog = catalog;
    this.#clock = clock;
  }

  /** Throws a ConnectionError when the file cannot be opened. */
  static open({
    file,
    synchronous = 'FULL',
    busyTimeoutMs = 10_000,
    clock = new SystemClock(),
  }: EmbeddedStoreOptions): EmbeddedStore {
    const database = Database.open({ file, synchronous, busyTimeoutMs });
    try {
      return new EmbeddedStore(new Catalog(database), clock);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  override collection<T extends Fields = Fields>(name: string): Collection<T> {
    return new EmbeddedCollection<T>(this.#catalog, name, this.#clock);
  }

  override async collectionNames(): Promise<string[]> {
    return this.#catalog.read(() =>
      [...this.#catalog.tables]
        .filter((table) => this.#catalog.database.get(`SELECT 1 FROM ${table.name} LIMIT 1`) !== undefined)
        .map((table) => table.collection)
        .sort(),
    );
  }

  override async check(): Promise<void> {
    this.#catalog.read(() => this.#catalog.database.get('SELECT count(*) FROM sqlite_schema'));
  }

  override async close(): Promise<void> {
    this.#catalog.writes.flush();
    this.#catalog.database.close();
  }
}

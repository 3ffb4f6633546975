import { SystemClock, type Clock } from '@batchmill/contracts';
import { Store, type Collection, type Fields, type Place, type StoreServer } from '../store.js';
import { Catalog, type FileOptions } from './catalog/catalog.js';
import { placeOfFile } from './file-place.js';
import { EmbeddedCollection } from './embedded-collection.js';

export interface EmbeddedStoreOptions extends FileOptions {
  /** The time of `$currentDate`. */
  readonly clock?: Clock;
}

/**
 * Collections in one SQLite file, which several processes may have open. Documents are stored as BSON. Filters and updates
 * have the semantics of MongoDB.
 */
export class EmbeddedStore extends Store {
  readonly #catalog: Catalog;
  readonly #clock: Clock;
  readonly #file: string;

  private constructor(catalog: Catalog, clock: Clock, file: string) {
    super();
    this.#catalog = catalog;
    this.#file = file;
    this.#clock = clock;
  }

  /** Throws a ConnectionError if the file cannot be opened. */
  static open({ clock = new SystemClock(), ...file }: EmbeddedStoreOptions): EmbeddedStore {
    return new EmbeddedStore(Catalog.open(file), clock, file.file);
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

  override async placeOf(): Promise<Place> {
    this.#catalog.read(() => undefined);
    return placeOfFile(this.#file);
  }

  override async describeServer(): Promise<StoreServer> {
    return Promise.resolve({ name: this.#file, version: null, time: null });
  }

  override async missingRights(): Promise<null> {
    return Promise.resolve(null);
  }

  override async compact(): Promise<boolean> {
    this.#catalog.writes.flush();
    return this.#catalog.database.compact();
  }

  override async check(): Promise<void> {
    this.#catalog.read(() => this.#catalog.database.get('SELECT count(*) FROM sqlite_schema'));
  }

  override async close(): Promise<void> {
    this.#catalog.writes.flush();
    this.#catalog.database.close();
  }
}

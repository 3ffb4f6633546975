import { Database, type FileErrors } from '@batchmill/sqlite';
import type { IndexKeys } from '../../store.js';
import { GroupCommit } from '../write/group-commit.js';
import { fieldNamed, type IndexedField, type Table } from './table.js';

const layout = `
  CREATE TABLE IF NOT EXISTS batchmill_collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS batchmill_fields (
    collection INTEGER NOT NULL, path TEXT NOT NULL, number INTEGER NOT NULL, holds_arrays INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (collection, path)
  );
  CREATE TABLE IF NOT EXISTS batchmill_indexes (
    collection INTEGER NOT NULL, keys TEXT NOT NULL, is_unique INTEGER NOT NULL, PRIMARY KEY (collection, keys)
  )`;

const errors: FileErrors = {
  kind: 'store',
  unavailable: 'store.unavailable',
  diskFull: 'store.disk-full',
  unreadable: 'store.unreadable',
  closed: 'store.closed',
};

export interface FileOptions {
  /** The SQLite file. Its folder is created if it is missing. */
  readonly file: string;
  /** FULL: a resolved write survives a loss of power. NORMAL: it only survives the end of the process. */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a call waits for other processes that write to the file. */
  readonly busyTimeoutMs?: number;
}

/**
 * The collections, indexed fields and indexes of the file. Other processes may add some at any time: the file's
 * `user_version` counts the changes, and every transaction first compares it.
 */
export class Catalog {
  readonly database: Database;
  /** Writes that share transactions. */
  readonly writes: GroupCommit = new GroupCommit(this);
  #version = -1;
  #tables: ReadonlyMap<string, Table> = new Map();

  private constructor(database: Database) {
    this.database = database;
  }

  /** Throws a ConnectionError if the file cannot be opened. */
  static open(options: FileOptions): Catalog {
    // Pages of 8 kB hold three documents of 2 kB; smaller and larger ones were measured to be slower. The stages
    // read the same thousand documents several times: 8 MB hold them, and a larger cache was measured to be no faster.
    const database = Database.open({ ...options, errors, pageBytes: 8_192, cacheBytes: 8_192_000 });
    try {
      const catalog = new Catalog(database);
      catalog.#ensureLayout();
      return catalog;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  read<T>(work: () => T): T {
    return this.database.read(() => {
      this.#refresh();
      return work();
    });
  }

  write<T>(work: () => T, durable = true): T {
    try {
      return this.database.write(() => {
        this.#refresh();
        return work();
      }, durable);
    } catch (error) {
      this.#version = -1; // the catalog in memory may contain what was rolled back
      throw error;
    }
  }

  /** Within a write: if `work` throws, only its own changes are rolled back. */
  writeNested<T>(work: () => T): T {
    try {
      return this.database.nested(work);
    } catch (error) {
      this.#version = -1; // the catalog in memory may contain what was rolled back
      if (this.database.isInTransaction) {
        this.#refresh();
      }
      throw error;
    }
  }

  get tables(): Iterable<Table> {
    return this.#tables.values();
  }

  table(collection: string): Table | null {
    return this.#tables.get(collection) ?? null;
  }

  /** Within a write: creates the table if it is missing. */
  ensureTable(collection: string): Table {
    const table = this.table(collection);
    if (table !== null) {
      return table;
    }
    const row = this.database.get('INSERT INTO batchmill_collections (name) VALUES (?) RETURNING id', collection);
    this.database.run(
      `CREATE TABLE c_${Number(row?.['id'])} (row INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body BLOB NOT NULL)`,
    );
    this.changed();
    return this.table(collection) as Table; // created just now
  }

  /** To be called within a write, after the stored catalog was changed. */
  changed(): void {
    this.database.run(`PRAGMA user_version = ${this.#storedVersion() + 1}`);
    this.#refresh();
  }

  #ensureLayout(): void {
    if (this.#storedVersion() > 0) {
      return;
    }
    this.write(() => {
      if (this.#storedVersion() === 0) {
        this.database.execute(layout);
        this.changed();
      }
    });
  }

  #storedVersion(): number {
    return Number(this.database.get('PRAGMA user_version')?.['user_version']);
  }

  #refresh(): void {
    const version = this.#storedVersion();
    if (version === 0 || version === this.#version) {
      return;
    }
    const fields = Map.groupBy(this.database.all('SELECT * FROM batchmill_fields ORDER BY number'), (row) =>
      Number(row['collection']),
    );
    const indexes = Map.groupBy(this.database.all('SELECT * FROM batchmill_indexes'), (row) =>
      Number(row['collection']),
    );
    this.#tables = new Map(
      this.database.all('SELECT id, name FROM batchmill_collections').map((row) => {
        const id = Number(row['id']);
        const collection = String(row['name']);
        const table: Table = {
          id,
          collection,
          name: `c_${id}`,
          fields: (fields.get(id) ?? []).map(readField),
          indexes: (indexes.get(id) ?? []).map(readIndex),
        };
        return [collection, table];
      }),
    );
    this.#version = version;
  }
}

function readField(row: Record<string, unknown>): IndexedField {
  const path = String(row['path']);
  return {
    ...fieldNamed(path),
    column: `i${Number(row['number'])}`,
    holdsArrays: row['holds_arrays'] === 1,
  };
}

function readIndex(row: Record<string, unknown>): IndexKeys {
  return {
    keys: JSON.parse(String(row['keys'])) as IndexKeys['keys'], // written by `ensureIndex`
    unique: row['is_unique'] === 1,
  };
}

import type { IndexKeys } from '../../store.js';
import type { Database } from '../database.js';
import { GroupCommit } from '../write/group-commit.js';
import type { IndexedField, Table } from './table.js';

const layout = `
  CREATE TABLE IF NOT EXISTS batchmill_collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS batchmill_fields (
    collection INTEGER NOT NULL, path TEXT NOT NULL, number INTEGER NOT NULL, holds_arrays INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (collection, path)
  );
  CREATE TABLE IF NOT EXISTS batchmill_indexes (
    collection INTEGER NOT NULL, keys TEXT NOT NULL, is_unique INTEGER NOT NULL, PRIMARY KEY (collection, keys)
  )`;

/**
 * Which collections, indexed fields and indexes the file has. Other processes may add some at any time: the file's
 * `user_version` counts the changes, and every transaction begins with a look at it.
 */
export class Catalog {
  readonly database: Database;
  /** Writes that need not be done before the caller goes on. */
  readonly writes: GroupCommit = new GroupCommit(this);
  #version = -1;
  #tables: ReadonlyMap<string, Table> = new Map();

  constructor(database: Database) {
    this.database = database;
    if (this.#storedVersion() === 0) {
      this.write(() => {
        if (this.#storedVersion() === 0) {
          layout.split(';').forEach((statement) => this.database.run(statement));
          this.changed();
        }
      });
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
      this.#version = -1; // what was rolled back may be in memory
      throw error;
    }
  }

  /** Within a write: work that is undone alone when it throws. */
  alone<T>(work: () => T): T {
    try {
      return this.database.nested(work);
    } catch (error) {
      this.#version = -1; // what was undone may be in memory
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

  /** Within a write. */
  tableOrMake(collection: string): Table {
    const table = this.table(collection);
    if (table !== null) {
      return table;
    }
    const row = this.database.get('INSERT INTO batchmill_collections (name) VALUES (?) RETURNING id', collection);
    this.database.run(
      `CREATE TABLE c_${Number(row?.['id'])} (row INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body BLOB NOT NULL)`,
    );
    this.changed();
    return this.table(collection) as Table; // made just now
  }

  /** Within a write, after the stored catalog was changed. */
  changed(): void {
    this.database.run(`PRAGMA user_version = ${this.#storedVersion() + 1}`);
    this.#refresh();
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
    path,
    parts: path.split('.'),
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

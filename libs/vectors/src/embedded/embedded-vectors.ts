/* Long because it is the whole adapter in one place: each method is one guarantee of the port. */

import { Database, type FileErrors } from '@batchmill/sqlite';
import { getLoadablePath } from 'sqlite-vec';
import {
  checkAlias,
  checkCollection,
  checkExisting,
  checkQuery,
  checkRows,
  checkUpdates,
  refuseAlias,
  refuseAliasOfCollection,
  refuseToDrop,
  refuseUnknownCollection,
  rowsFor,
} from '../check-rows.js';
import type { RowCondition } from '../row-condition.js';
import {
  Vectors,
  type RowUpdate,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorQuery,
  type VectorRow,
  type VectorsServer,
} from '../vectors.js';
import {
  columnDefinitions,
  columnNames,
  columnValues,
  conditionSql,
  entryColumns,
  entryOf,
  fieldsOfColumns,
  quoted,
  sqlValue,
} from './columns.js';
import { ensureIndex, partitionIndexOf, tableOf, vectorOf, type StoredCollection } from './stored-collection.js';

export interface EmbeddedVectorsOptions {
  /** Created with its folder if it is missing. */
  readonly file: string;
}

const errors: FileErrors = {
  kind: 'vectors',
  unavailable: 'vectors.unavailable',
  diskFull: 'vectors.disk-full',
  unreadable: 'vectors.unavailable',
  closed: 'vectors.closed',
};

/** Holds two rows of 1536 dimensions. Searches and inserts were measured a third faster than with pages of 4 kB. */
const pageBytes = 16_384;

const rowsPerRead = 1000;

const ofCollection = 'collection_id = (SELECT id FROM collections WHERE name = ?)';

const schema = `CREATE TABLE IF NOT EXISTS collections (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS models (collection_id INTEGER PRIMARY KEY, model TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS aliases (alias TEXT PRIMARY KEY, collection_id INTEGER NOT NULL)`;

/**
 * One SQLite file, which several processes may have open, with a plain table per collection: the columns `key` and
 * `vector`, and one for each field. A search scans the whole table with sqlite-vec's cosine distance, or the rows that an index names. Every upsert is
 * synced to the disk; with 500 rows of 1536 dimensions that was measured to be no slower.
 */
export class EmbeddedVectors extends Vectors {
  /** Collections as they are for as long as no process creates or drops a table. */
  private readonly known = new Map<string, StoredCollection>();
  private schemaVersion: unknown = null;

  private constructor(private readonly database: Database) {
    super();
  }

  static open({ file }: EmbeddedVectorsOptions): EmbeddedVectors {
    return new EmbeddedVectors(Database.open({ file, errors, pageBytes, schema, extension: getLoadablePath() }));
  }

  override async ensureCollection(collection: VectorCollection): Promise<void> {
    checkCollection(collection);
    this.refuseIfAlias(collection.name);
    const stored = this.stored(collection.name) ?? this.create(collection);
    checkExisting(stored, collection);
    ensureIndex(this.database, stored, collection);
  }

  override async hasCollection(collection: VectorCollection): Promise<boolean> {
    checkCollection(collection);
    this.refuseIfAlias(collection.name);
    const existing = this.stored(collection.name);
    if (existing === null) return false;
    checkExisting(existing, collection);
    return true;
  }

  override async describeServer(): Promise<VectorsServer> {
    return Promise.resolve({ name: this.database.file, version: null, isSupported: null });
  }

  override async upsert(collection: string, given: readonly VectorRow[]): Promise<void> {
    const stored = this.get(collection);
    const rows = rowsFor(stored, given);
    checkRows(stored, rows);
    const { table } = stored;
    const columns = ['key', ...columnNames(stored).map(quoted), 'vector'];
    const changes = columns.slice(1).map((column) => `${column} = excluded.${column}`);
    const sql = `INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})
      ON CONFLICT (key) DO UPDATE SET ${changes.join()}`;
    this.database.write(() => {
      for (const row of rows) {
        this.database.run(sql, row.key, ...columnValues(stored, row), row.vector);
      }
    });
  }

  /** The similarity of a vector of length zero, which has no direction, is 0. Equally near rows are sorted by key. */
  override async search(
    collection: string,
    vector: Float32Array,
    limit: number,
    where?: RowCondition,
  ): Promise<VectorHit[]> {
    const stored = this.get(collection);
    checkQuery(stored, vector);
    const condition = where === undefined ? null : conditionSql(stored, where);
    const rows = this.database.all(
      `SELECT ${entryColumns(stored)}, coalesce(vec_distance_cosine(vector, ?), 1) AS _distance
       FROM ${stored.table} ${condition === null ? '' : `WHERE ${condition.sql}`} ORDER BY _distance, key LIMIT ?`,
      vector,
      ...(condition?.values ?? []),
      Math.max(0, limit),
    );
    return rows.map((row) => ({ ...entryOf(stored, row), similarity: 1 - Number(row['_distance']) }));
  }

  override async *entries(collection: string): AsyncGenerator<VectorEntry, void, undefined> {
    const stored = this.stored(collection);
    if (stored === null) return;
    const sql = `SELECT ${entryColumns(stored)} FROM ${stored.table} WHERE key > ? ORDER BY key LIMIT ${rowsPerRead}`;
    let after = '';
    // Another process may drop the collection meanwhile.
    while (this.stored(collection)?.table === stored.table) {
      const rows = await Promise.resolve(this.database.all(sql, after));
      for (const row of rows) yield entryOf(stored, row);
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsPerRead) return;
      after = String(last['key']);
    }
  }

  override async find(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, VectorEntry>> {
    const stored = this.stored(collection);
    const found = new Map<string, VectorEntry>();
    if (stored === null) return Promise.resolve(found);
    for (const key of keys) {
      const row = this.database.get(`SELECT ${entryColumns(stored)} FROM ${stored.table} WHERE key = ?`, key);
      if (row !== undefined) found.set(key, entryOf(stored, row));
    }
    return Promise.resolve(found);
  }

  override async delete(collection: string, keys: readonly string[]): Promise<void> {
    const stored = this.stored(collection);
    if (stored === null || keys.length === 0) return;
    this.database.write(() => {
      for (const key of keys) this.database.run(`DELETE FROM ${stored.table} WHERE key = ?`, key);
    });
    return Promise.resolve();
  }

  /** The vectors of those keys that have one. Unknown collection: none. Only the embedded store reads vectors by key. */
  async read(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const stored = this.stored(collection);
    const found = new Map<string, Float32Array>();
    if (stored === null) return Promise.resolve(found);
    for (const key of keys) {
      const row = this.database.get(`SELECT vector FROM ${stored.table} WHERE key = ?`, key);
      if (row === undefined) continue;
      found.set(key, vectorOf(row));
    }
    return Promise.resolve(found);
  }

  override async findVectors(
    collection: string,
    { field, texts, where }: VectorQuery,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const stored = this.stored(collection);
    const found = new Map<string, Float32Array>();
    const fields = [field, ...Object.keys(where)];
    if (stored === null || fields.some((each) => !stored.fields.includes(each))) return Promise.resolve(found);
    const conditions = fields.map((each) => `${quoted(each)} = ?`).join(' AND ');
    const sql = `SELECT vector FROM ${stored.table} WHERE ${conditions} LIMIT 1`;
    for (const text of texts) {
      const row = this.database.get(sql, text, ...Object.values(where));
      if (row !== undefined) found.set(text, vectorOf(row));
    }
    return Promise.resolve(found);
  }

  override async updateFields(collection: string, updates: readonly RowUpdate[]): Promise<void> {
    const stored = this.stored(collection);
    if (stored === null) return;
    checkUpdates(stored, updates);
    this.database.write(() => {
      for (const { key, fields = {}, values = {} } of updates) {
        const changes = Object.entries({ ...fields, ...values });
        if (changes.length === 0) continue;
        const columns = changes.map(([field]) => `${quoted(field)} = ?`).join();
        const changed = changes.map(([, value]) => sqlValue(value));
        this.database.run(`UPDATE ${stored.table} SET ${columns} WHERE key = ?`, ...changed, key);
      }
    });
    return Promise.resolve();
  }

  override async describe(collection: string): Promise<VectorCollection | null> {
    return this.stored(collection);
  }

  override async collectionOf(alias: string): Promise<VectorCollection | null> {
    const target = this.targetOf(alias);
    return target === null ? null : this.stored(target);
  }

  override async setAlias(alias: string, collection: string): Promise<void> {
    checkAlias(alias);
    this.database.write(() => {
      this.get(collection);
      if (this.stored(alias) !== null) refuseAliasOfCollection(alias);
      this.database.run(
        `INSERT INTO aliases (alias, collection_id) SELECT ?, id FROM collections WHERE name = ?
         ON CONFLICT (alias) DO UPDATE SET collection_id = excluded.collection_id`,
        alias,
        collection,
      );
    });
  }

  override async aliasesOf(collection: string): Promise<readonly string[]> {
    const sql = `SELECT alias FROM aliases WHERE ${ofCollection} ORDER BY alias`;
    return this.database.all(sql, collection).map(({ alias }) => String(alias));
  }

  override async dropAlias(alias: string): Promise<void> {
    this.database.write(() => this.database.run('DELETE FROM aliases WHERE alias = ?', alias));
    return Promise.resolve();
  }

  override async dropCollection(collection: string): Promise<void> {
    const stored = this.stored(collection);
    if (stored === null) return;
    this.database.write(() => {
      const sql = `SELECT alias FROM aliases WHERE ${ofCollection}`;
      const aliases = this.database.all(sql, collection).map(({ alias }) => String(alias));
      if (aliases.length > 0) refuseToDrop(collection, aliases);
      this.database.run(`DELETE FROM models WHERE ${ofCollection}`, collection);
      this.database.run('DELETE FROM collections WHERE name = ?', collection);
      this.database.run(`DROP TABLE IF EXISTS ${stored.table}`);
    });
  }

  override async count(collection: string): Promise<number> {
    const stored = this.stored(collection);
    return stored ? Number(this.database.get(`SELECT count(*) AS n FROM ${stored.table}`)?.['n']) : 0;
  }

  override async compact(): Promise<boolean> {
    return this.database.compact();
  }

  /** Rejects when a write would fail. */
  override async check(): Promise<void> {
    this.database.write(() => undefined);
  }

  override async close(): Promise<void> {
    this.database.close();
  }

  private refuseIfAlias(name: string): void {
    const target = this.targetOf(name);
    if (target !== null) refuseAlias(name, target);
  }

  private targetOf(alias: string): string | null {
    const sql = 'SELECT name FROM aliases JOIN collections ON id = collection_id WHERE alias = ?';
    const row = this.database.get(sql, alias);
    return row === undefined ? null : String(row['name']);
  }

  private get(name: string): StoredCollection {
    return this.stored(name) ?? refuseUnknownCollection(name);
  }

  private stored(name: string): StoredCollection | null {
    const version = this.database.get('PRAGMA schema_version')?.['schema_version'];
    if (version !== this.schemaVersion) this.known.clear();
    this.schemaVersion = version;
    const known = this.known.get(name);
    if (known) return known;
    const row = this.database.get(
      'SELECT id, dimensions, model FROM collections LEFT JOIN models ON collection_id = id WHERE name = ?',
      name,
    );
    if (!row) return null;
    const table = tableOf(Number(row['id']), name);
    const columns = this.database.all('SELECT name, type FROM pragma_table_info(?) ORDER BY cid', table);
    const model = row['model'] === null ? {} : { model: String(row['model']) };
    const indexed = this.database.get('SELECT name FROM pragma_index_info(?)', partitionIndexOf(table));
    const partitions = indexed === undefined ? {} : { partitionField: String(indexed['name']) };
    const dimensions = Number(row['dimensions']);
    const stored = { name, dimensions, ...model, ...fieldsOfColumns(columns), ...partitions, table };
    this.known.set(name, stored);
    return stored;
  }

  /** If another process has created the collection in the meantime, this returns that one. */
  private create({ name, dimensions, model, partitionField, ...texts }: VectorCollection): StoredCollection {
    this.database.write(() => {
      const insert = 'INSERT INTO collections (name, dimensions) VALUES (?, ?) ON CONFLICT DO NOTHING';
      const isNew = this.database.run(insert, name, dimensions) > 0;
      const row = this.database.get('SELECT id FROM collections WHERE name = ?', name);
      if (isNew && model !== undefined) {
        this.database.run('INSERT INTO models (collection_id, model) VALUES (?, ?)', Number(row?.['id']), model);
      }
      const columns = columnDefinitions({ dimensions, ...texts }).map((column) => `${column}, `);
      const table = tableOf(Number(row?.['id']), name);
      this.database.run(
        `CREATE TABLE IF NOT EXISTS ${table} (key TEXT PRIMARY KEY NOT NULL, ${columns.join('')}vector BLOB NOT NULL)`,
      );
      if (isNew && partitionField !== undefined) {
        this.database.run(`CREATE INDEX ${partitionIndexOf(table)} ON ${table} (${quoted(partitionField)})`);
      }
    });
    return this.get(name);
  }
}

import { Database, type FileErrors } from '@batchmill/sqlite';
import { getLoadablePath } from 'sqlite-vec';
import { checkCollection, checkDimensions, checkQuery, checkRows, refuseUnknownCollection } from '../check-rows.js';
import { Vectors, type VectorCollection, type VectorHit, type VectorRow } from '../vectors.js';

export interface EmbeddedVectorsOptions {
  /** Made when it is missing, with its folder. */
  readonly file: string;
}

interface StoredCollection extends VectorCollection {
  readonly table: string;
}

const errors: FileErrors = {
  kind: 'vectors',
  unavailable: 'vectors.unavailable',
  diskFull: 'vectors.disk-full',
  unreadable: 'vectors.unavailable',
  closed: 'vectors.closed',
};

/** Holds two rows of 1536 dimensions; searches and inserts measured a third faster than with pages of 4 kB. */
const pageBytes = 16_384;

const schema = `CREATE TABLE IF NOT EXISTS collections (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL)`;

/**
 * A plain table per collection in one SQLite file, which several processes may have open, searched whole with
 * sqlite-vec's cosine distance. Every upsert waits for the disk: with 500 rows of 1536 dimensions it measured no slower.
 */
export class EmbeddedVectors extends Vectors {
  /** Collections are never dropped and keep their dimensions, so what was seen once stays true. */
  private readonly known = new Map<string, StoredCollection>();

  private constructor(private readonly database: Database) {
    super();
  }

  static open({ file }: EmbeddedVectorsOptions): EmbeddedVectors {
    return new EmbeddedVectors(Database.open({ file, errors, pageBytes, schema, extension: getLoadablePath() }));
  }

  override async ensureCollection(collection: VectorCollection): Promise<void> {
    checkCollection(collection);
    const existing = this.find(collection.name) ?? this.create(collection);
    checkDimensions(existing, collection.dimensions);
  }

  override async upsert(collection: string, rows: readonly VectorRow[]): Promise<void> {
    const stored = this.get(collection);
    checkRows(stored, rows);
    const sql = `INSERT INTO ${stored.table} (key, block_mongo_id, block_doc_id, vector) VALUES (?, ?, ?, ?)
      ON CONFLICT (key) DO UPDATE SET block_mongo_id = excluded.block_mongo_id,
        block_doc_id = excluded.block_doc_id, vector = excluded.vector`;
    this.database.write(() => {
      for (const { key, chunkId, parentId, vector } of rows) this.database.run(sql, key, chunkId, parentId, vector);
    });
  }

  /** A vector of length zero has no direction: its similarity to anything is 0. Equally near rows come by key. */
  override async search(collection: string, vector: Float32Array, limit: number): Promise<VectorHit[]> {
    const stored = this.get(collection);
    checkQuery(stored, vector);
    const rows = this.database.all(
      `SELECT key, block_mongo_id, block_doc_id, coalesce(vec_distance_cosine(vector, ?), 1) AS distance
       FROM ${stored.table} ORDER BY distance, key LIMIT ?`,
      vector,
      Math.max(0, limit),
    );
    return rows.map((row) => ({
      key: String(row['key']),
      chunkId: String(row['block_mongo_id']),
      parentId: String(row['block_doc_id']),
      similarity: 1 - Number(row['distance']),
    }));
  }

  override async count(collection: string): Promise<number> {
    const stored = this.find(collection);
    return stored ? Number(this.database.get(`SELECT count(*) AS n FROM ${stored.table}`)?.['n']) : 0;
  }

  /** Rejects when nothing could be written now. */
  override async check(): Promise<void> {
    this.database.write(() => undefined);
  }

  override async close(): Promise<void> {
    this.database.close();
  }

  private get(name: string): StoredCollection {
    return this.find(name) ?? refuseUnknownCollection(name);
  }

  private find(name: string): StoredCollection | null {
    const known = this.known.get(name);
    if (known) return known;
    const row = this.database.get('SELECT id, dimensions FROM collections WHERE name = ?', name);
    if (!row) return null;
    const found = { name, dimensions: Number(row['dimensions']), table: tableOf(Number(row['id']), name) };
    this.known.set(name, found);
    return found;
  }

  /** Another process may have made it in the meantime, and then that one counts. */
  private create({ name, dimensions }: VectorCollection): StoredCollection {
    this.database.write(() => {
      this.database.run(
        'INSERT INTO collections (name, dimensions) VALUES (?, ?) ON CONFLICT DO NOTHING',
        name,
        dimensions,
      );
      const row = this.database.get('SELECT id FROM collections WHERE name = ?', name);
      this.database.run(
        `CREATE TABLE IF NOT EXISTS ${tableOf(Number(row?.['id']), name)} (key TEXT PRIMARY KEY NOT NULL,
           block_mongo_id TEXT NOT NULL, block_doc_id TEXT NOT NULL, vector BLOB NOT NULL)`,
      );
    });
    return this.get(name);
  }
}

/** With its id, because SQLite's table names ignore case and collections' names do not. */
function tableOf(id: number, name: string): string {
  return `vectors_${id}_${name}`;
}

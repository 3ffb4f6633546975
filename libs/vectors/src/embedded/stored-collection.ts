import type { Database, Row } from '@batchmill/sqlite';
import type { VectorCollection } from '../vectors.js';
import { quoted } from './columns.js';

/** A collection and its table: the columns `key` and `vector`, and one for each field. */
export interface StoredCollection extends VectorCollection {
  readonly table: string;
}

/** An index that another process has created in the meantime is that one. */
export function ensureIndex(
  database: Database,
  { table, fields }: StoredCollection,
  { indexedField: field }: VectorCollection,
): void {
  if (field === undefined || !fields.includes(field)) return;
  const name = `${table}_by_${field}`;
  if (database.get(`SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = ?`, name) !== undefined) return;
  database.write(() => {
    database.run(`CREATE INDEX IF NOT EXISTS ${name} ON ${table} (${quoted(field)})`);
  });
}

/** Its column is the field by which the collection is partitioned. A search with a condition on it reads only the rows of these values. */
export function partitionIndexOf(table: string): string {
  return `${table}_partitions`;
}

/** A copy, because the bytes may begin at an offset that an array of floats cannot have. */
export function vectorOf(row: Row): Float32Array {
  const bytes = Uint8Array.from(row['vector'] as Uint8Array); // as `upsert` writes it
  return new Float32Array(bytes.buffer);
}

/** Includes the id, because SQLite's table names ignore case and the names of collections do not. */
export function tableOf(id: number, name: string): string {
  return `vectors_${id}_${name}`;
}

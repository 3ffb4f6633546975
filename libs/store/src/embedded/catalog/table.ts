import type { IndexKeys } from '../../store.js';
import { isDocument } from '../values/bracket.js';
import { encodeKey } from '../values/encode-key.js';

/** A field that has a column of its own, holding its encoded value. */
export interface IndexedField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly column: string;
  /** True when some document holds an array on the path. Such a document's column is NULL: it may match anything. */
  readonly holdsArrays: boolean;
}

/** How one collection lies in the file: a row per document, `key` its encoded `_id`, `body` its BSON. */
export interface Table {
  readonly id: number;
  readonly collection: string;
  /** The table's name in SQL. */
  readonly name: string;
  readonly fields: readonly IndexedField[];
  readonly indexes: readonly IndexKeys[];
}

/** The column that orders and finds a path, or null when it has none. */
export function columnOf(
  table: Table,
  path: string,
): { readonly column: string; readonly holdsArrays: boolean } | null {
  if (path === '_id') {
    return { column: 'key', holdsArrays: false };
  }
  return table.fields.find((field) => field.path === path) ?? null;
}

const keyOfMissing = encodeKey(null);

/** What a field's column holds of a document: its encoded value, or null when an array is on the path. */
export function indexValue(document: Readonly<Record<string, unknown>>, parts: readonly string[]): Buffer | null {
  let value: unknown = document;
  for (const part of parts) {
    if (Array.isArray(value)) {
      return null;
    }
    if (!isDocument(value) || !Object.hasOwn(value, part)) {
      return keyOfMissing;
    }
    value = value[part];
  }
  return Array.isArray(value) ? null : encodeKey(value);
}

import type { IndexKeys } from '../../store.js';
import { isDocument } from '../values/bracket.js';
import { encodeKey } from '../values/encode-key.js';

/** A field with a column that holds its encoded value. */
export interface IndexedField {
  readonly path: string;
  readonly parts: readonly string[];
  readonly column: string;
  /** True if a document has an array on the path. The column of such a document is NULL: it may match any condition. */
  readonly holdsArrays: boolean;
}

/** The table of a collection: a row per document, with the encoded `_id` in `key` and the BSON in `body`. */
export interface Table {
  readonly id: number;
  readonly collection: string;
  /** The name of the table in SQL. */
  readonly name: string;
  readonly fields: readonly IndexedField[];
  readonly indexes: readonly IndexKeys[];
}

/** The column of a path, or null if it has none. */
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

/** The value of a field's column: the encoded value of the field, or null if an array is on the path. */
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

import type { IndexKeys } from '../../store.js';
import { bracketOf, isDocument } from '../values/bracket.js';
import { bracketStart, encodeKey } from '../values/encode-key.js';

/** A field with a column that holds its encoded value. */
export interface IndexedField {
  /** As indexes name it: the path, or with `typeOf` at its end for a column that holds the type of the value. */
  readonly path: string;
  readonly parts: readonly string[];
  readonly isType: boolean;
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

/** The end of the name of a column that holds the type of a field, which no stored field has. */
const typeOf = '.$type';

/** What a column of a path holds. */
export function fieldNamed(path: string): Pick<IndexedField, 'path' | 'parts' | 'isType'> {
  const isType = path.endsWith(typeOf);
  return { path, isType, parts: (isType ? path.slice(0, -typeOf.length) : path).split('.') };
}

export function typePathOf(path: string): string {
  return `${path}${typeOf}`;
}

/** The keys of an index as they are stored: the types that it expects stand before its last field, so that a range of that is one of theirs. */
export function storedKeys({ keys, where = {} }: IndexKeys): IndexKeys['keys'] {
  const entries = Object.entries(keys);
  const types = Object.keys(where).map((path) => [typePathOf(path), 1] as const);
  return Object.fromEntries([...entries.slice(0, -1), ...types, ...entries.slice(-1)]);
}

/** An index as it was asked for. */
export function askedIndex({ keys, ...rest }: IndexKeys): IndexKeys {
  const entries = Object.entries(keys).map(([path, direction]) => ({ ...fieldNamed(path), direction }));
  const types = entries.filter(({ isType }) => isType);
  return {
    ...rest,
    keys: Object.fromEntries(entries.filter(({ isType }) => !isType).map(({ path, direction }) => [path, direction])),
    ...(types.length > 0 && {
      where: Object.fromEntries(types.map(({ parts }) => [parts.join('.'), { $type: 'object' } as const])),
    }),
  };
}

const keyOfMissing = encodeKey(null);

/** The value of a field's column: the encoded value of the field or its type, or null if an array is on the path. */
export function indexValue(
  document: Readonly<Record<string, unknown>>,
  { parts, isType }: Pick<IndexedField, 'parts' | 'isType'>,
): Buffer | null {
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
  if (Array.isArray(value)) return null;
  return isType ? bracketStart(bracketOf(value)) : encodeKey(value);
}

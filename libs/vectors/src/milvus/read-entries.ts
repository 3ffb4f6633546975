import type { RowValue } from '../row-condition.js';
import type { RowUpdate, RowValueType, VectorEntry, VectorRow } from '../vectors.js';
import type { MilvusCollection } from './collection-description.js';
import { literal } from './filter-expression.js';

/** The most keys that one expression names. */
export const keysPerCall = 500;

/** Expressions for the rows with these keys, of a limited number each. */
export function filtersOf({ keyField }: MilvusCollection, keys: readonly string[], perCall = keysPerCall): string[] {
  const filters: string[] = [];
  for (let from = 0; from < keys.length; from += perCall) {
    filters.push(filterIn(keyField, keys.slice(from, from + perCall)));
  }
  return filters;
}

/** The expression for the rows that have one of these texts in a field. */
export function filterIn(field: string, texts: readonly string[]): string {
  return `${field} in [${texts.map(literal).join(', ')}]`;
}

/** The expression for the rows whose keys come after this one. */
export function filterAfter({ keyField }: MilvusCollection, key: string): string {
  return `${keyField} > ${literal(key)}`;
}

export type Row = Readonly<Record<string, unknown>>;

/** The fields of an entry. */
export function entryFields({ keyField, fields, valueFields = {} }: MilvusCollection): string[] {
  return [keyField, ...fields, ...Object.keys(valueFields)];
}

/** A row as Milvus returns it: integers as texts. */
export function entryOf({ keyField, fields, valueFields }: MilvusCollection, row: Row): VectorEntry {
  const entry = {
    key: String(row[keyField]),
    fields: Object.fromEntries(fields.map((field) => [field, String(row[field])])),
  };
  if (valueFields === undefined) return entry;
  const values = Object.entries(valueFields).map(([field, type]) => [field, valueOf(row[field], type)] as const);
  return { ...entry, values: Object.fromEntries(values) };
}

/** A row that was read with its vector, and its change. Null: there is no change of it. */
export function changedRow(
  collection: MilvusCollection,
  row: Row,
  updates: ReadonlyMap<string, RowUpdate>,
): VectorRow | null {
  const { key, fields, values } = entryOf(collection, row);
  const update = updates.get(key);
  if (update === undefined) return null;
  return {
    key,
    fields: { ...fields, ...update.fields },
    values: { ...values, ...update.values },
    vector: Float32Array.from(row[collection.vectorField] as number[]), // as the client returns vectors of floats
  };
}

function valueOf(value: unknown, type: RowValueType): RowValue {
  switch (type) {
    case 'integer':
      return BigInt(String(value));
    case 'number':
      return Number(value);
    case 'boolean':
      return value === true;
  }
}

/** The order of Milvus's keys, byte by byte. JavaScript's own compares UTF-16 units, and sorts some letters differently. */
export function byKey(one: VectorEntry, other: VectorEntry): number {
  return Buffer.compare(Buffer.from(one.key), Buffer.from(other.key));
}

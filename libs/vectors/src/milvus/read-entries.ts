import type { VectorEntry } from '../vectors.js';
import { keyField, type MilvusCollection } from './collection-description.js';

/** The most keys that one expression names. */
export const keysPerCall = 500;

/** Expressions for the rows with these keys, of at most `keysPerCall` each. */
export function filtersOf(keys: readonly string[]): string[] {
  const filters: string[] = [];
  for (let from = 0; from < keys.length; from += keysPerCall) {
    filters.push(filterIn(keyField, keys.slice(from, from + keysPerCall)));
  }
  return filters;
}

/** The expression for the rows that have one of these texts in a field. */
export function filterIn(field: string, texts: readonly string[]): string {
  return `${field} in [${texts.map(literal).join(', ')}]`;
}

/** The expression for the rows whose keys come after this one. */
export function filterAfter(key: string): string {
  return `${keyField} > ${literal(key)}`;
}

/** A row as Milvus returns it. */
export function entryOf({ fields }: MilvusCollection, row: Readonly<Record<string, unknown>>): VectorEntry {
  return {
    key: String(row[keyField]),
    fields: Object.fromEntries(fields.map((field) => [field, String(row[field])])),
  };
}

/** The order of Milvus's keys, byte by byte. JavaScript's own compares UTF-16 units, and sorts some letters differently. */
export function byKey(one: VectorEntry, other: VectorEntry): number {
  return Buffer.compare(Buffer.from(one.key), Buffer.from(other.key));
}

/** A text in an expression: https://milvus.io/docs/boolean.md. The SDK's own `ids` does not escape quotes, with which the key of a text id begins. */
function literal(text: string): string {
  return JSON.stringify(text);
}

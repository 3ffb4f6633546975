import type { VectorQuery } from '../vectors.js';
import type { MilvusCollection } from './collection-description.js';
import { filterIn, keysPerCall } from './read-entries.js';

type Row = Readonly<Record<string, unknown>>;

/** Returns so many rows at most, in no order. */
export type QueryRows = (filter: string, fields: readonly string[], limit: number) => Promise<readonly Row[]>;

/** Rows without vectors. A text that more rows have than these takes further calls for the others. */
const rowsPerCall = 1_000;
/** What one answer holds of vectors. */
const vectorBytesPerCall = 2 * 2 ** 20;

/**
 * First the key of one row for each text, without its vector, because thousands of rows may have the same text. Then the vectors of
 * these rows, which are compared once more: a row may have been replaced in between.
 */
export async function findVectors(
  collection: MilvusCollection,
  { field, texts, where }: VectorQuery,
  queryRows: QueryRows,
): Promise<ReadonlyMap<string, Float32Array>> {
  const found = new Map<string, Float32Array>();
  const { keyField, vectorField } = collection;
  const others = Object.entries(where);
  if ([field, ...Object.keys(where)].some((each) => !collection.fields.includes(each))) return found;
  const conditions = others.map(([other, text]) => ` and ${filterIn(other, [text])}`).join('');
  const keys: string[] = [];
  for (const slice of slicesOf([...new Set(texts)], keysPerCall)) {
    const keyOf = new Map<string, string>();
    for (let left = slice; left.length > 0; left = left.filter((text) => !keyOf.has(text))) {
      const rows = await queryRows(filterIn(field, left) + conditions, [keyField, field], rowsPerCall);
      for (const row of rows) keyOf.set(String(row[field]), String(row[keyField]));
      if (rows.length < rowsPerCall) break;
    }
    keys.push(...keyOf.values());
  }
  const perCall = Math.max(1, Math.floor(vectorBytesPerCall / (4 * collection.dimensions)));
  for (const slice of slicesOf(keys, Math.min(perCall, keysPerCall))) {
    const fields = [keyField, field, ...Object.keys(where), vectorField];
    for (const row of await queryRows(filterIn(keyField, slice), fields, slice.length)) {
      if (others.some(([other, text]) => row[other] !== text)) continue;
      found.set(String(row[field]), Float32Array.from(row[vectorField] as number[])); // as Milvus returns a FloatVector
    }
  }
  const wanted = new Set(texts);
  return new Map([...found].filter(([text]) => wanted.has(text)));
}

function slicesOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}

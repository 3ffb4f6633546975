import { refuseOtherModel } from './check-rows.js';
import type { Vectors } from './vectors.js';

/**
 * The model of a collection; null: it has no rows, or nothing is known of it. Where it remembers none, the first row decides: Batchmill has
 * written a row's model into this field since before collections remembered it.
 */
export async function modelOfRows(vectors: Vectors, collection: string, field: string): Promise<string | null> {
  const described = await vectors.describe(collection);
  if (described?.model !== undefined) return described.model;
  for await (const { fields } of vectors.entries(collection)) return fields[field] ?? null;
  return null;
}

/** Throws a ValidationError `vectors.other-model` if a collection is of another model. */
export async function expectModelOfRows(
  vectors: Vectors,
  collection: string,
  { field, model }: { readonly field: string; readonly model: string },
): Promise<void> {
  const found = await modelOfRows(vectors, collection, field);
  if (found !== null && found !== model) refuseOtherModel(collection, found, model);
}

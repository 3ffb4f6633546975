import { refuseOtherModel } from './check-rows.js';
import type { Vectors } from './vectors.js';

/**
 * Throws a ValidationError `vectors.other-model` if a collection that remembers no model has a row of another one. The first row decides:
 * Batchmill has written a row's model into this field since before collections remembered it. Reads nothing where one remembers.
 */
export async function expectModelOfRows(
  vectors: Vectors,
  collection: string,
  { field, model }: { readonly field: string; readonly model: string },
): Promise<void> {
  if ((await vectors.modelOf(collection)) !== null) return;
  for await (const { fields } of vectors.entries(collection)) {
    const found = fields[field];
    if (found !== undefined && found !== model) refuseOtherModel(collection, found, model);
    return;
  }
}

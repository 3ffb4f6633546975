import { refuseOtherModel } from './check-rows.js';
import type { Vectors } from './vectors.js';

/**
 * Throws a ValidationError `vectors.other-model` if a collection is of another model. Where it remembers none, the first row decides:
 * Batchmill has written a row's model into this field since before collections remembered it.
 */
export async function expectModelOfRows(
  vectors: Vectors,
  collection: string,
  { field, model }: { readonly field: string; readonly model: string },
): Promise<void> {
  const remembered = await vectors.modelOf(collection);
  if (remembered !== null) {
    if (remembered !== model) refuseOtherModel(collection, remembered, model);
    return;
  }
  for await (const { fields } of vectors.entries(collection)) {
    const found = fields[field];
    if (found !== undefined && found !== model) refuseOtherModel(collection, found, model);
    return;
  }
}

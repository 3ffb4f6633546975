import type { ManifestLine } from '@batchmill/records';

/** The ids of the documents that a batch asks about, in slices of at most so many, so that memory does not grow with it. */
export async function* documentsIn(
  manifest: AsyncIterable<ManifestLine>,
  sliceSize: number,
): AsyncGenerator<unknown[], void, undefined> {
  let ids: unknown[] = [];
  for await (const { documentId } of manifest) {
    ids.push(documentId);
    if (ids.length < sliceSize) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}

import type { Collection, Fields, Filter } from '@batchmill/store';

/**
 * Returns `size` of the first `among` documents that match, spread evenly over them, because neighbours are often alike.
 * Reads the ids of all of them, and keeps only the sample in memory.
 */
export async function sampleDocuments(
  documents: Collection,
  filter: Filter,
  { size, among }: { size: number; among: number },
): Promise<Fields[]> {
  if (among === 0) return [];
  const ids: unknown[] = [];
  let index = 0;
  for await (const { _id } of documents.find(filter, { sort: { _id: 1 }, limit: among, projection: { _id: 1 } })) {
    if (index === Math.floor((ids.length * among) / Math.min(size, among))) ids.push(_id);
    index += 1;
  }
  return Array.fromAsync(documents.find({ _id: { $in: ids } }, { sort: { _id: 1 } }));
}

import type { Collection, Fields, Filter } from '@batchmill/store';

/** So many ids are kept for each document of the sample: the more, the more even is the spread. */
const idsPerDocument = 8;

export interface Sample {
  readonly documents: readonly Fields[];
  /** How many match, or the limit when more do. */
  readonly among: number;
}

/**
 * Returns `size` of the documents that match, of the first ones up to the limit, spread evenly over them, because neighbours are often
 * alike. Reads the ids of all of them, once, and keeps few in memory.
 */
export async function sampleDocuments(
  documents: Collection,
  filter: Filter,
  { size, limit }: { readonly size: number; readonly limit?: number | undefined },
): Promise<Sample> {
  const reading = { sort: { _id: 1 }, projection: { _id: 1 }, ...(limit !== undefined && { limit }) } as const;
  let kept: unknown[] = [];
  let stride = 1;
  let among = 0;
  for await (const { _id } of documents.find(filter, reading)) {
    if (among % stride === 0) kept.push(_id);
    among += 1;
    if (kept.length > size * idsPerDocument) {
      kept = kept.filter((_, index) => index % 2 === 0);
      stride *= 2;
    }
  }
  const step = Math.max(1, kept.length / size);
  const ids = kept.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
  return { documents: await Array.fromAsync(documents.find({ _id: { $in: ids } }, { sort: { _id: 1 } })), among };
}

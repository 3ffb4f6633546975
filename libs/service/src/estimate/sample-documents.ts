import type { Collection, Fields, Filter } from '@batchmill/store';

/** So many ids are kept for each document of the sample: the more, the more even is the spread. */
const idsPerDocument = 8;
/**
 * The fractions of its multiples are spread evenly, and in step with no period: a choice by them takes as many of each kind where documents
 * of two or more kinds alternate.
 */
const goldenRatio = (Math.sqrt(5) - 1) / 2;

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
  let kept: { readonly id: unknown; readonly place: number }[] = [];
  let share = 1;
  let among = 0;
  for await (const { _id } of documents.find(filter, reading)) {
    const place = (among * goldenRatio) % 1;
    if (place < share) kept.push({ id: _id, place });
    among += 1;
    if (kept.length > size * idsPerDocument) {
      share /= 2;
      kept = kept.filter((one) => one.place < share);
    }
  }
  const step = Math.max(1, kept.length / size);
  const isTaken = (index: number): boolean => Math.floor(index / step) !== Math.floor((index - 1) / step);
  const ids = kept.filter((_, index) => isTaken(index)).map(({ id }) => id);
  return { documents: await Array.fromAsync(documents.find({ _id: { $in: ids } }, { sort: { _id: 1 } })), among };
}

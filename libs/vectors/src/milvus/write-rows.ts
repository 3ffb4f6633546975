import type { VectorCollection, VectorRow } from '../vectors.js';

/** One call that upserts all the rows; resolves with Milvus' answer, whatever it says, or rejects as its client does. */
export type WriteRows = (
  collection: VectorCollection,
  rows: readonly VectorRow[],
  timeoutMs: number,
) => Promise<unknown>;

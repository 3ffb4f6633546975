import { isBatchmillError } from '@batchmill/contracts';
import type { VectorRow, Vectors } from '@batchmill/vectors';

/** Writes rows, all but those that the store refuses for themselves, such as one whose id is too long for its field. */
export async function upsertEach(
  vectors: Vectors,
  collection: string,
  rows: readonly VectorRow[],
): Promise<ReadonlyMap<string, string>> {
  if (rows.length === 0) return new Map();
  try {
    await vectors.upsert(collection, rows);
    return new Map();
  } catch (error) {
    if (!isBatchmillError(error) || error.code !== 'vectors.bad-row') throw error;
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) return new Map([[only.key, error.message]]);
    const half = Math.ceil(rows.length / 2);
    const refused = await upsertEach(vectors, collection, rows.slice(0, half));
    return new Map([...refused, ...(await upsertEach(vectors, collection, rows.slice(half)))]);
  }
}

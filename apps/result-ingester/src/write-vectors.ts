import { isBatchmillError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { VectorRow, Vectors } from '@batchmill/vectors';
import { createHash } from 'node:crypto';

/** Milvus keys are short texts: longer ids are hashed. */
const maxKeyBytes = 256;

/** The key of a document's vector: it has one in a collection, however often it is embedded. */
export function vectorKey(documentId: unknown): string {
  const encoded = encodeId(documentId);
  if (Buffer.byteLength(encoded) <= maxKeyBytes) return encoded;
  return `sha256:${createHash('sha256').update(encoded).digest('hex')}`;
}

/**
 * Upserts rows. Returns the reason for each row that the store refused, by its key: for example that an id is too long for its
 * field. The other rows are stored. An error that is not about a row is thrown.
 */
export async function writeVectors(
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
    const refused = await writeVectors(vectors, collection, rows.slice(0, half));
    return new Map([...refused, ...(await writeVectors(vectors, collection, rows.slice(half)))]);
  }
}

import { isBatchmillError, type DocumentError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import { noLateVectorFilter, readMarks } from '@batchmill/records';
import type { Fields, Filter } from '@batchmill/store';
import type { VectorRow, Vectors } from '@batchmill/vectors';
import { createHash } from 'node:crypto';
import type { ClaimedOutcome } from './render-answers.js';

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

/** Upserts the vectors among the outcomes. Returns the reason for each that the store refused, by its key. */
export async function writeVectorsOf(
  claimed: readonly ClaimedOutcome[],
  plan: RunPlan,
  vectors: Vectors,
): Promise<ReadonlyMap<string, string>> {
  const target = plan.endpointPlan.vectors;
  if (target === null) return new Map();
  const { collection, idFields } = target;
  const rows = claimed.flatMap(({ outcome: { documentId, chunkId, parentId, classified } }) => {
    if (classified.outcome !== 'answered' || classified.answer.kind !== 'vector') return [];
    const fields = { [idFields.chunkId]: chunkId, [idFields.parentId]: parentId };
    return [{ key: vectorKey(documentId), fields, vector: classified.answer.vector }];
  });
  return writeVectors(vectors, collection, rows);
}

/** The outcome of a vector that the store refused, by the answer of `writeVectorsOf`; null for one that is stored. */
export function refusalOf({ outcome }: ClaimedOutcome, refused: ReadonlyMap<string, string>): DocumentError | null {
  const message = refused.get(vectorKey(outcome.documentId));
  return message === undefined ? null : { kind: 'ValidationError', code: 'document.vector-refused', message };
}

/** Part of the filter that marks a vector as stored. `document` as it was read before the vector was upserted. */
export function noLateVector(plan: RunPlan, name: string, document: Fields): Filter {
  return plan.endpointPlan.vectors === null ? {} : noLateVectorFilter(plan, name, readMarks(plan, document));
}

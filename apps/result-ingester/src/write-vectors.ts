import { isBatchmillError, type DocumentError } from '@batchmill/contracts';
import type { RunPlan } from '@batchmill/pipeline';
import { noLateVectorFilter, readMarks, rowFieldsOrError, vectorKey, type Batch } from '@batchmill/records';
import type { Fields, Filter } from '@batchmill/store';
import type { VectorRow, Vectors } from '@batchmill/vectors';
import type { ClaimedOutcome } from './render-answers.js';

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

/**
 * Upserts the vectors among the outcomes, with the fields that their documents have now. Returns the reason for each that cannot be stored,
 * by its key.
 */
export async function writeVectorsOf(
  claimed: readonly ClaimedOutcome[],
  { plan, batch }: { readonly plan: RunPlan; readonly batch: Pick<Batch, 'model'> },
  vectors: Vectors,
): Promise<ReadonlyMap<string, string>> {
  const target = plan.endpointPlan.vectors;
  if (target === null) return new Map();
  const { collection, idFields, originFields } = target;
  const unfit = new Map<string, string>();
  const rows = claimed.flatMap(({ outcome: { documentId, chunkId, parentId, textHash, classified }, document }) => {
    if (classified.outcome !== 'answered' || classified.answer.kind !== 'vector') return [];
    const key = vectorKey(documentId);
    const rowFields = rowFieldsOrError(target, document);
    if ('error' in rowFields) {
      unfit.set(key, rowFields.error.message);
      return [];
    }
    const fields = { [idFields.chunkId]: chunkId, [idFields.parentId]: parentId, ...rowFields.fields };
    // The text of a request of an earlier version is not known.
    const optional = { [originFields.textHash]: textHash ?? 'unknown', [originFields.model]: batch.model };
    return [{ key, fields, optional, values: rowFields.values, vector: classified.answer.vector }];
  });
  return new Map([...unfit, ...(await writeVectors(vectors, collection, rows))]);
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

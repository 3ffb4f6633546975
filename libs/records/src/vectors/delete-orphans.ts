import { formsOfId } from '@batchmill/documents';
import { lastingQueryOf, type RunPlan } from '@batchmill/pipeline';
import type { Filter } from '@batchmill/store';
import type { Vectors } from '@batchmill/vectors';
import type { Documents } from '../documents.js';
import { marksProjection, readMarks } from '../marks/document-marks.js';
import { pendingAgainUpdate } from '../marks/stale-documents.js';
import { idOfKey, isHashedKey } from './vector-key.js';

/** A vector without a document, or of one that does not match the query any more. */
export interface OrphanedVector {
  readonly key: string;
  /** As the row has it. */
  readonly chunkId: string;
}

/**
 * Deletes orphaned vectors. A completed document that only does not match the query any more is pending from then on, so that it is embedded
 * again if it matches later: no run would find that its vector is missing. It is marked first: a crash in between leaves a vector that is
 * deleted later, or adopted.
 */
export async function deleteOrphans(
  { documents, vectors }: { readonly documents: Documents; readonly vectors: Vectors },
  { plan, collection }: { readonly plan: RunPlan; readonly collection: string },
  orphans: readonly OrphanedVector[],
): Promise<void> {
  if (orphans.length === 0) return;
  const ofPlan = documents.of(plan);
  const updates = [];
  for (const filter of outsideQuery(plan, orphans)) {
    for await (const document of ofPlan.find(filter, { projection: marksProjection(plan) })) {
      updates.push(pendingAgainUpdate(plan, document['_id'], readMarks(plan, document)));
    }
  }
  if (updates.length > 0) await ofPlan.bulk(updates);
  await vectors.delete(
    collection,
    orphans.map(({ key }) => key),
  );
}

/** Completed documents of these vectors that do not match the query. */
function outsideQuery(plan: RunPlan, orphans: readonly OrphanedVector[]): Filter[] {
  const { field, completed } = plan.endpointPlan.status;
  const ids = orphans.flatMap(({ key }) => idOfKey(key) ?? []).map(({ id }) => id);
  const chunkIds = orphans.filter(({ key }) => isHashedKey(key)).flatMap(({ chunkId }) => formsOfId(chunkId));
  const outside = { [field]: completed, $nor: [lastingQueryOf(plan) ?? {}] };
  return [
    ...(ids.length > 0 ? [{ $and: [outside, { _id: { $in: ids } }] }] : []),
    ...(chunkIds.length > 0 ? [{ $and: [outside, { [plan.pipeline.source.chunkIdField]: { $in: chunkIds } }] }] : []),
  ];
}

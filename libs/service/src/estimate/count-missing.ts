import type { RunPlan } from '@batchmill/pipeline';
import {
  addMissing,
  marksProjection,
  missingAmong,
  missingFunctions,
  readMarks,
  type MissingCount,
} from '@batchmill/records';
import type { Collection, Filter } from '@batchmill/store';

/** How many ended documents lack which functions of a run; empty when it asks all of them again. Reads their marks, one by one. */
export async function countMissing(
  documents: Collection,
  plan: RunPlan,
  { among, now }: { readonly among: Filter; readonly now: Date },
): Promise<readonly MissingCount[]> {
  if (plan.redo === 'all' || plan.endedFilter === null) return [];
  let counts: readonly MissingCount[] = [];
  const filter = missingAmong(plan, now, among);
  for await (const document of documents.find(filter, { projection: marksProjection(plan) })) {
    const functions = missingFunctions(plan, readMarks(plan, document));
    const member = { id: document['_id'], previousClaimId: null, functions, restart: false, missing: true };
    counts = addMissing(counts, [member]);
  }
  return counts;
}

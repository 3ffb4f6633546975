import type { RunPlan } from '@batchmill/pipeline';
import type { Filter, Update } from '@batchmill/store';
import { functionPath, markPath, statePath, type Marks } from './document-marks.js';

/*
 * A vector is stored under the key of its document, and the store cannot refuse an older one. So a worker that sleeps between
 * reading its documents and upserting their vectors may replace the vector of a newer text. It notices when it marks its
 * documents: they carry another claim by then. It counts a late vector on them. Whoever upserts a vector expects the count that
 * it read before: if that has changed, it upserts its vector once more.
 */

/** Part of the filter that marks a vector as stored: no late vector was counted since the marks were read. */
export function noLateVectorFilter(plan: RunPlan, name: string, marks: Marks): Filter {
  return { [lateVectorsPath(plan, name)]: marks.lateVectorsOf(name) };
}

/**
 * For a document whose vector was replaced by an older one, as its marks are now. If the function is done, it is requested again,
 * which uses up no attempt. If not, the late vector is counted, and whoever stores the vector does so once more.
 */
export function lateVectorUpdates(
  plan: RunPlan,
  id: unknown,
  name: string,
  { claimId, lateVectors }: { readonly claimId: string; readonly lateVectors: number | null },
): { filter: Filter; update: Update }[] {
  const { field, pending, completed } = plan.endpointPlan.status;
  const claimed = { _id: id, [markPath(plan, 'claimId')]: claimId };
  return [
    {
      filter: { ...claimed, [statePath(plan, name)]: { $ne: 'done' } },
      update: { $inc: { [lateVectorsPath(plan, name)]: 1 } },
    },
    {
      // Not one that was done only after the first update, which has its own vector again.
      filter: {
        ...claimed,
        [field]: completed,
        [statePath(plan, name)]: 'done',
        [lateVectorsPath(plan, name)]: lateVectors,
      },
      update: {
        $set: { [field]: pending, [statePath(plan, name)]: 'retry', [markPath(plan, 'ended')]: null },
        $inc: { [markPath(plan, 'freeRetries')]: 1 },
      },
    },
  ];
}

function lateVectorsPath(plan: RunPlan, name: string): string {
  return `${functionPath(plan, name)}.lateVectors`;
}

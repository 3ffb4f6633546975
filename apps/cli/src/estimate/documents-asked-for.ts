import { formsOfId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import { claimableFilter } from '@batchmill/records';
import type { Filter } from '@batchmill/store';
import type { Asked } from '../run-options.js';

export interface AskedFor {
  /** All that are meant, whatever their status. */
  readonly wanted: Filter;
  /** Those of them that a run would take now. */
  readonly claimable: Filter;
}

/** Which documents a run is asked for. */
export function documentsAskedFor(plan: RunPlan, asked: Asked, now: Date): AskedFor {
  const { documentIdField } = plan.pipeline.source;
  const among = asked.documents === undefined ? {} : { [documentIdField]: { $in: asked.documents.flatMap(formsOfId) } };
  return {
    wanted: { $and: [plan.filter, among] },
    claimable: { $and: [plan.filter, claimableFilter(plan, now), among] },
  };
}

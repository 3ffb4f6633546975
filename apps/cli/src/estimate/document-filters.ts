import { formsOfId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import { claimableFilter } from '@batchmill/records';
import type { Filter } from '@batchmill/store';
import type { RunOptions } from '../run-options.js';

export interface DocumentFilters {
  /** The documents of the run, whatever their status. */
  readonly matching: Filter;
  /** Those of them that the run would claim now. */
  readonly claimable: Filter;
}

export function documentFilters(plan: RunPlan, { documents }: RunOptions, now: Date): DocumentFilters {
  const { documentIdField } = plan.pipeline.source;
  const byId = documents === undefined ? {} : { [documentIdField]: { $in: documents.flatMap(formsOfId) } };
  return {
    matching: { $and: [plan.filter, byId] },
    claimable: { $and: [plan.filter, claimableFilter(plan, now), byId] },
  };
}

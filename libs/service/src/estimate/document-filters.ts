import type { RequestedRun, RunPlan } from '@batchmill/pipeline';
import { documentIdsFilter, selectedFilter } from '@batchmill/records';
import type { Filter } from '@batchmill/store';

/** A run as it would be requested. */
export interface RequestedDocuments extends RequestedRun {
  /** Only those with these ids. */
  readonly documents?: readonly (string | number)[] | undefined;
  /** At most so many. */
  readonly limit?: number | undefined;
}

export interface DocumentFilters {
  /** The documents of the run, whatever their status, unless the query has a condition on it that cannot be removed. */
  readonly matching: Filter;
  /** Those of them that the run would claim now. */
  readonly claimable: Filter;
}

export function documentFilters(plan: RunPlan, { documents }: RequestedDocuments, now: Date): DocumentFilters {
  const byId = documentIdsFilter(plan.pipeline.source.documentIdField, documents);
  return {
    matching: { $and: [plan.endedFilter ?? plan.filter, byId] },
    claimable: { $and: [selectedFilter(plan, now), byId] },
  };
}

import type { RequestedRun, RunPlan } from '@batchmill/pipeline';
import { documentIdsFilter, isStale, readMarks, scanFilter, textProjection } from '@batchmill/records';
import type { Collection, Filter } from '@batchmill/store';

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
  /** Those of them that the run would claim now. With the redo of stale documents: all that have completed, stale or not. */
  readonly claimable: Filter;
}

/** The stale documents among these, by their `_id`. Reads each completed one, with its text. */
export async function staleIds(plan: RunPlan, documents: Collection, matching: Filter): Promise<unknown[]> {
  const { field, completed } = plan.endpointPlan.status;
  const projection = textProjection(plan);
  const ids: unknown[] = [];
  const found = documents.find(
    { $and: [matching, { [field]: completed }] },
    projection === undefined ? {} : { projection },
  );
  for await (const document of found) {
    if (await isStale(plan, document, readMarks(plan, document))) ids.push(document['_id']);
  }
  return ids;
}

export async function documentFilters(
  stored: Collection,
  plan: RunPlan,
  { documents }: RequestedDocuments,
  now: Date,
): Promise<DocumentFilters> {
  const byId = documentIdsFilter(plan.pipeline.source.documentIdField, documents);
  return {
    matching: { $and: [plan.endedFilter ?? plan.filter, byId] },
    claimable: await scanFilter(stored, plan, { now, among: byId }),
  };
}

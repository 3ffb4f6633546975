import type { RunPlan } from '@batchmill/pipeline';
import type { Collection, Filter } from '@batchmill/store';
import { selectedFilter, waitingFilter, type ClaimingRun } from './claim-marks.js';
import { missingFilter } from './missing-marks.js';
import { hasScanIndexes } from './scan-indexes.js';

/** Of more ended documents that lack something the scan looks at one after another: it is about to ask that many. */
const mostMissing = 1_000;

export interface ScanFilterOptions {
  readonly now: Date;
  readonly run?: ClaimingRun | null;
  /** What else holds for the documents. */
  readonly among: Filter;
}

/**
 * The filter of the documents that a run would claim now, as `selectedFilter` has it, in a form that the indexes of the collection answer
 * where the wanted ones are there. One condition for pending documents and for what ended ones lack cannot be read from indexes in the
 * order of ids: the latter are looked for first, and named by their ids. Mostly there are none.
 */
export async function scanFilter(
  documents: Collection,
  plan: RunPlan,
  { now, run = null, among }: ScanFilterOptions,
): Promise<Filter> {
  const all = { $and: [selectedFilter(plan, now, run), among] };
  if (plan.redo !== null || !hasScanIndexes(plan, await documents.indexes())) return all;
  const pending = { $and: [plan.filter, waitingFilter(plan, now)] };
  if (plan.endedFilter === null) return { $and: [pending, among] };
  const ids: unknown[] = [];
  const lacking = missingAmong(plan, now, among);
  for await (const { _id } of documents.find(lacking, { projection: { _id: 1 }, limit: mostMissing + 1 }))
    ids.push(_id);
  if (ids.length > mostMissing) return all;
  if (ids.length === 0) return { $and: [pending, among] };
  const missing = { $and: [{ _id: { $in: ids } }, plan.endedFilter, missingFilter(plan, now)] };
  return { $and: [{ $or: [pending, missing] }, among] };
}

/** Ended documents that lack one of the run's functions: an alternative for each function, so that each has an index of its own. */
export function missingAmong(plan: RunPlan, now: Date, among: Filter): Filter {
  const { endedFilter, functions } = plan;
  return {
    $and: [{ $or: functions.map((name) => ({ $and: [endedFilter ?? {}, missingOf(plan, now, name)] })) }, among],
  };
}

function missingOf(plan: RunPlan, now: Date, name: string): Filter {
  const { $or, ...rest } = missingFilter(plan, now, [name]);
  return { ...rest, ...($or as Filter[])[0] }; // one alternative for one function
}

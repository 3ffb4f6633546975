import type { BatchOutline } from '../batch-outline.js';
import { isIngested } from './run-work.js';

/** Clocks of real servers do not differ so much within a batch. */
const fastClock = 3;
/** So many of the last batches tell how long ingestion takes. */
const lastLags = 50;

/**
 * How much faster the provider's clock runs than ours: 1, but for a simulator that plays an hour in seconds. Turnarounds are by its
 * clock, and a batch that ended took at least as long by ours.
 */
export function paceIn(batches: readonly BatchOutline[]): number {
  const ratios = batches.flatMap((batch) => {
    const times = timesOf(batch);
    return times === null ? [] : [times.theirsMs / Math.max(1, times.oursMs)];
  });
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 1;
  return median > fastClock ? median : 1;
}

/** From the end at the provider to the end of ingestion. */
export function lagsIn(batches: readonly BatchOutline[], pace: number): number[] {
  return batches
    .filter(isIngested)
    .toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
    .flatMap((batch) => {
      const times = timesOf(batch);
      return times === null ? [] : [Math.max(0, times.oursMs - times.theirsMs / pace)];
    })
    .slice(0, lastLags);
}

/** How long a batch took: at the provider by its clock, and until it was ingested by ours. Null: it is not ingested. */
function timesOf(batch: BatchOutline): { readonly theirsMs: number; readonly oursMs: number } | null {
  const { provider, updatedAt } = batch;
  if (provider?.endedAt == null || !isIngested(batch)) return null;
  return { theirsMs: between(provider.createdAt, provider.endedAt), oursMs: between(provider.submittedAt, updatedAt) };
}

function between(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime());
}

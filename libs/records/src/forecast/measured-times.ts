import type { BatchOutline } from '../batch-outline.js';
import type { TurnaroundSample } from '../turnaround-sample.js';
import { isIngested } from './run-work.js';

/** Clocks of real servers differ by no more. So much of what passed by the provider's clock tells nothing of how fast it runs. */
const clockDifferenceMs = 60_000;
/** No create call takes longer. What passes during one is missing in a time that began with its answer. */
const longestCallMs = 10 * 60_000;
/** So many of the last batches tell how long ingestion takes, and how fast the clock ran in earlier runs. */
const lastBatches = 50;

/** What passed by the provider's clock, while by ours no more passed than that and the slack. */
interface Span {
  readonly theirsMs: number;
  readonly oursMs: number;
  readonly slackMs: number;
}

/**
 * How much faster the provider's clock runs than ours: 1, but for a simulator that plays an hour in seconds. Turnarounds are by its
 * clock. `earlier`: batches of the account that have ended, the oldest first. They count until the run tells it.
 */
export function paceIn(
  batches: readonly BatchOutline[],
  earlier: readonly Pick<TurnaroundSample, 'seconds' | 'ourSeconds'>[],
): number {
  return (
    paceOf(spansIn(batches)) ??
    paceOf(
      earlier.slice(-lastBatches).flatMap(({ seconds, ourSeconds }) => {
        if (ourSeconds === undefined) return [];
        return [{ theirsMs: seconds * 1_000, oursMs: ourSeconds * 1_000, slackMs: clockDifferenceMs + longestCallMs }];
      }),
    ) ??
    1
  );
}

/** From the end at the provider to the end of ingestion. */
export function lagsIn(batches: readonly BatchOutline[], pace: number): number[] {
  return batches
    .filter(isIngested)
    .toSorted((a, b) => b.updatedAt.getTime() - a.updatedAt.getTime())
    .flatMap(({ provider, updatedAt }) => {
      if (provider?.endedAt == null) return [];
      const { createdAt, endedAt, submittedAt } = provider;
      return [Math.max(0, between(submittedAt, updatedAt) - between(createdAt, endedAt) / pace)];
    })
    .slice(0, lastBatches);
}

/**
 * From the first creation to each other one, and from each creation to the last time that the provider named. A batch is created after
 * it was built, and before we learn of it: only a little before, unless it was adopted.
 */
function spansIn(batches: readonly BatchOutline[]): Span[] {
  const sent = batches.flatMap(({ provider, adopted, createdAt: builtAt, updatedAt }) => {
    return provider == null ? [] : [{ ...provider, isAdopted: adopted === true, builtAt, updatedAt }];
  });
  const [first] = sent.toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  if (first === undefined) return [];
  return sent.flatMap(({ createdAt, submittedAt, inProgressAt, endedAt, updatedAt, isAdopted, builtAt }) => {
    const sinceFirstMs = between(first.createdAt, createdAt);
    const takenMs = between(createdAt, endedAt ?? inProgressAt ?? createdAt);
    const sinceBuilt = [
      { theirsMs: sinceFirstMs, oursMs: between(first.builtAt, submittedAt), slackMs: clockDifferenceMs },
      { theirsMs: takenMs, oursMs: between(builtAt, updatedAt), slackMs: clockDifferenceMs },
    ];
    const slackMs = clockDifferenceMs + longestCallMs;
    return [
      ...sinceBuilt,
      ...(isAdopted || first.isAdopted
        ? []
        : [{ theirsMs: sinceFirstMs, oursMs: between(first.submittedAt, submittedAt), slackMs }]),
      ...(isAdopted ? [] : [{ theirsMs: takenMs, oursMs: between(submittedAt, updatedAt), slackMs }]),
    ];
  });
}

/** By the span that shows most of it. Null: none shows that it runs faster than ours. */
function paceOf(spans: readonly Span[]): number | null {
  let surest = 1;
  let pace: number | null = null;
  for (const { theirsMs, oursMs, slackMs } of spans) {
    const atLeast = (theirsMs - slackMs) / Math.max(1, oursMs);
    if (atLeast <= surest) continue;
    surest = atLeast;
    pace = theirsMs / Math.max(1, oursMs);
  }
  return pace;
}

function between(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime());
}

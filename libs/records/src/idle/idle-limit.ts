import { durationsOf } from '../durations.js';
import type { TurnaroundSample } from '../turnaround-sample.js';

/**
 * A share of one in twenty batches that takes much longer is missed by so many samples in one case of 170 (0.95 to the power of 100).
 * At OpenAI it is half of them: minutes, or most of ten hours.
 */
const leastSamples = 100;
/**
 * Of two kinds of turnarounds only the longer tells what is too long, so that nothing below the upper end will do. The last hundredth
 * is left out, because batches that were idle and went on after all are among the samples.
 */
const share = 0.99;
/** For what was not measured yet. Of 2,000 batches at OpenAI, the slowest took 1.01 times as long as the slowest tenth (2026-09-10). */
const margin = 1.25;
const hourMs = 3_600_000;
/** Batches that ended within a day may all be of the provider's quick hours. */
const dayMs = 86_400_000;

/** What is asked: `requests` of the batch, and its completion window in milliseconds. */
export interface IdleQuestion {
  readonly requests: number;
  readonly windowMs: number;
}

/**
 * For how long a batch may show no progress, by how long batches of the same account, model and endpoint took, of at least half as many
 * requests: a smaller one says nothing of a larger one. One that took its whole window says nothing either: it expired, perhaps because
 * it was idle. Null: there are too few.
 *
 * A batch shows no progress for no longer than it takes in all, whether the provider counts its requests one by one or at the end. So
 * the upper end of the turnaround holds for every provider, and for a batch of one request.
 */
export function idleLimitMs(samples: readonly TurnaroundSample[], { requests, windowMs }: IdleQuestion): number | null {
  const alike = samples.filter((sample) => (sample.requests ?? 0) * 2 >= requests && sample.seconds * 1_000 < windowMs);
  const longest = durationsOf(alike.map(({ seconds }) => seconds)).quantile(share);
  if (longest === null || alike.length < leastSamples) return null;
  const ends = alike.map(({ endedAt }) => endedAt.getTime());
  const isWithinADay = Math.max(...ends) - Math.min(...ends) < dayMs;
  return Math.max(isWithinADay ? windowMs / 2 : hourMs, longest * 1_000 * margin);
}

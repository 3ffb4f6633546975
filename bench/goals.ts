import type { Conditions, Measured } from './measure.ts';
import { usual } from './cases.ts';

/** The measurements of a case. `plain` is null where there is no comparison. */
export interface Result extends Conditions {
  readonly pipeline: Measured;
  readonly plain: Measured | null;
}

export interface Goal {
  readonly name: string;
  readonly found: string;
  readonly isHit: boolean;
}

const maxTimesPlain = 1.5;
const maxPeakBytes = 400e6;
/** Tolerates the variation between runs. */
const maxGrowth = 1.1;

export function goalsOf(results: readonly Result[]): Goal[] {
  return [...results.flatMap(wallGoal), ...memoryGoals(results)];
}

function wallGoal({ batchSize, turnaroundSeconds, pipeline, plain }: Result): Goal[] {
  if (plain === null) return [];
  const times = pipeline.wallMs / plain.wallMs;
  const name = `at most ${maxTimesPlain} times the plain script: batches of ${batchSize}, turnaround ${turnaroundSeconds} s`;
  return [{ name, found: `${times.toFixed(2)} times`, isHit: times <= maxTimesPlain }];
}

function memoryGoals(results: readonly Result[]): Goal[] {
  const peak = Math.max(...results.map(({ pipeline }) => pipeline.peakBytes));
  const under = {
    name: `under ${megabytes(maxPeakBytes)} in every case`,
    found: megabytes(peak),
    isHit: peak < maxPeakBytes,
  };
  const usualResults = results.filter(
    ({ batchSize, turnaroundSeconds }) =>
      batchSize === usual.batchSize && turnaroundSeconds === usual.turnaroundSeconds,
  );
  const [few, more] = usualResults.toSorted((one, other) => one.documents - other.documents);
  if (few === undefined || more === undefined) return [under];
  const grown = {
    name: `memory does not grow from ${few.documents} to ${more.documents} documents`,
    found: `${megabytes(few.pipeline.peakBytes)}, then ${megabytes(more.pipeline.peakBytes)}`,
    isHit: more.pipeline.peakBytes <= few.pipeline.peakBytes * maxGrowth,
  };
  return [under, grown];
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

import { usual } from './cases.ts';
import { median, timesOf } from './in-turns.ts';
import type { Conditions, Measured } from './measure.ts';

/** The measurements of a case, by contender, round by round. */
export interface Result extends Conditions {
  readonly measured: ReadonlyMap<string, readonly Measured[]>;
}

export interface Goal {
  readonly name: string;
  readonly found: string;
  readonly isHit: boolean;
}

const mostTimesPlain = { wallMs: 1.3, cpuMs: 1.7 } as const;
const mostPeakBytes = 400e6;
/** Tolerates the variation between runs. */
const mostGrowth = 1.1;

export function goalsOf(results: readonly Result[]): Goal[] {
  return [...results.flatMap(timesGoals), ...memoryGoals(results)];
}

function timesGoals({ batchSize, turnaroundSeconds, measured }: Result): Goal[] {
  const [engine, plain] = [measured.get('engine'), measured.get('plain')];
  if (engine === undefined || plain === undefined) return [];
  return (
    [
      ['wallMs', 'time'],
      ['cpuMs', 'processor time'],
    ] as const
  ).map(([figure, what]) => {
    const most = mostTimesPlain[figure];
    const { times, each } = timesOf(engine, plain, (one, base) => one[figure] / base[figure]);
    return {
      name: `${what} at most ${most} times the plain script's: batches of ${batchSize}, turnaround ${turnaroundSeconds} s`,
      found: `${times.toFixed(2)} times (${each})`,
      isHit: times <= most,
    };
  });
}

function memoryGoals(results: readonly Result[]): Goal[] {
  const peaks = results.map((result) => [result, peakOf(result)] as const);
  const peak = Math.max(...peaks.map(([, bytes]) => bytes));
  const under = {
    name: `under ${megabytes(mostPeakBytes)} in every case`,
    found: megabytes(peak),
    isHit: peak < mostPeakBytes,
  };
  const [few, more] = peaks
    .filter(
      ([{ batchSize, turnaroundSeconds }]) =>
        batchSize === usual.batchSize && turnaroundSeconds === usual.turnaroundSeconds,
    )
    .toSorted(([one], [other]) => one.documents - other.documents);
  if (few === undefined || more === undefined) return [under];
  const grown = {
    name: `memory does not grow from ${few[0].documents} to ${more[0].documents} documents`,
    found: `${megabytes(few[1])}, then ${megabytes(more[1])}`,
    isHit: more[1] <= few[1] * mostGrowth,
  };
  return [under, grown];
}

function peakOf({ measured }: Result): number {
  return median((measured.get('engine') ?? []).map(({ peakBytes }) => peakBytes));
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

import { seededUnit } from '../random/seeded-random.js';
import { SimulatorError } from '../simulator-error.js';

/** How long a batch takes, in simulated seconds: fixed, or drawn from measured turnarounds. */
export type Turnaround = { readonly kind: 'fixed'; readonly seconds: number } | { readonly kind: 'measured' };

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600 };

/** Reads `0`, `5s`, `10m`, `30h` or `measured`. Throws a SimulatorError for anything else. */
export function parseTurnaround(text: string): Turnaround {
  if (text === 'measured') return { kind: 'measured' };
  const parts = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
  const unit = unitSeconds[parts?.[2] ?? ''];
  if (parts === null || unit === undefined) {
    throw new SimulatorError(
      'simulator.bad-turnaround',
      `The turnaround is ${JSON.stringify(text)}; expected measured, or a time such as 0, 5s, 10m or 30h.`,
    );
  }
  return { kind: 'fixed', seconds: Number(parts[1]) * unit };
}

/** When a batch leaves `validating`, and when it is completed, in seconds after its creation. */
export interface DrawnTurnaround {
  readonly validatingSeconds: number;
  readonly seconds: number;
}

export function drawTurnaround(turnaround: Turnaround, seed: number, batchSeq: number): DrawnTurnaround {
  if (turnaround.kind === 'fixed') {
    return { validatingSeconds: Math.min(2, turnaround.seconds / 10), seconds: turnaround.seconds };
  }
  return {
    validatingSeconds: along(measuredValidating, seededUnit(seed, 'validating', batchSeq)),
    seconds: along(measuredTurnaround, seededUnit(seed, 'turnaround', batchSeq)),
  };
}

/** Quantiles of 2,000 measured batches: [share of batches, seconds at most]. Two humps: minutes, and most of a day. */
const measuredTurnaround = [
  [0, 170],
  [0.25, 230],
  [0.5, 420],
  [0.6, 7_200],
  [0.75, 28_800],
  [0.9, 35_000],
  [1, 35_280],
] as const;

const measuredValidating = [
  [0, 1],
  [0.5, 2],
  [0.7, 5],
  [0.85, 20],
  [0.9, 61],
  [1, 120],
] as const;

function along(quantiles: readonly (readonly [number, number])[], lot: number): number {
  for (const [index, [share, seconds]] of quantiles.entries()) {
    const [formerShare, formerSeconds] = quantiles[index - 1] ?? [0, seconds];
    if (lot < share) return formerSeconds + ((lot - formerShare) / (share - formerShare)) * (seconds - formerSeconds);
  }
  return quantiles.at(-1)?.[1] ?? 0;
}

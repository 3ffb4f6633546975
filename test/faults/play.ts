import { expect } from '@jest/globals';
import { appendFileSync } from 'node:fs';
import { caseOf } from './fault-case.js';
import { FaultRun } from './fault-run.js';
import { problemsIn } from './oracle.js';

/** One run as the command sums it up. */
export interface PlayedRun {
  readonly seed: number;
  readonly seconds: number;
  /** Those that fired. */
  readonly faults: readonly string[];
  readonly kills: number;
  readonly freezes: number;
  /** Empty: nothing is wrong. */
  readonly problems: readonly string[];
}

/** The file to which each run is added as a line of JSON; undefined: nobody sums them up. */
const results = process.env['FAULTS_RESULTS'];

/** Plays the run of a seed, and expects that nothing is wrong after it. */
export async function play(seed: number): Promise<void> {
  const faultCase = caseOf(seed);
  const startedMs = performance.now();
  const run = await FaultRun.open(faultCase);
  try {
    const problems = await run.play((evidence) => problemsIn(faultCase, evidence));
    note({
      seed,
      seconds: (performance.now() - startedMs) / 1000,
      faults: faultCase.faults.filter((_, index) => (run.fired[index] ?? 0) > 0),
      kills: run.hits.filter((hit) => hit === 'kill').length,
      freezes: run.hits.filter((hit) => hit === 'freeze').length,
      problems,
    });
    expect({ again: `npm run test:faults -- --seed ${seed}`, faultCase, problems }).toMatchObject({ problems: [] });
  } finally {
    await run.close();
  }
}

/** The title of a seed's test. */
export function titleOf(seed: number): string {
  return `seed ${seed}, ${caseOf(seed).faults.join(' and ')}`;
}

function note(played: PlayedRun): void {
  if (results !== undefined) appendFileSync(results, `${JSON.stringify(played)}\n`);
}

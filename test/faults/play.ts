import { expect } from '@jest/globals';
import { caseOf } from './fault-case.js';
import { FaultRun } from './fault-run.js';
import { noteRun } from './note-run.js';
import { problemsIn } from './oracle.js';

/** Plays the run of a seed, and expects that nothing is wrong after it. */
export async function play(seed: number): Promise<void> {
  const faultCase = caseOf(seed);
  const startedMs = performance.now();
  const run = await FaultRun.open(faultCase);
  try {
    const problems = await run.play((evidence) => problemsIn(faultCase, evidence));
    noteRun({
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

import { expect } from '@jest/globals';
import type { SeededSuite } from '../faults/describe-part.js';
import { noteRun } from '../faults/note-run.js';
import { problemsAtEnd, problemsAtRest } from './oracle.js';
import { spendingCaseOf } from './spending-case.js';
import { SpendingRun } from './spending-run.js';

/** Plays the runs of a seed, and expects that nothing is wrong after them. */
async function playSpending(seed: number): Promise<void> {
  const spendingCase = spendingCaseOf(seed);
  const startedMs = performance.now();
  const run = await SpendingRun.open(spendingCase);
  try {
    const problems = await run.play(
      (evidence) => problemsAtEnd(spendingCase, evidence),
      (evidence) => problemsAtRest(spendingCase, evidence),
    );
    noteRun({
      seed,
      seconds: (performance.now() - startedMs) / 1000,
      faults: run.fired.some((times) => times > 0) ? spendingCase.faults.map(({ name }) => name) : [],
      kills: run.hits.filter((hit) => hit === 'kill').length,
      freezes: run.hits.filter((hit) => hit === 'freeze').length,
      problems,
    });
    expect({ again: `npm run test:spending -- --seed ${seed}`, spendingCase, problems }).toMatchObject({
      problems: [],
    });
  } finally {
    await run.close();
  }
}

/** The title of a seed's test. */
function titleOfSpending(seed: number): string {
  const { faults } = spendingCaseOf(seed);
  return `seed ${seed}, ${faults.length === 0 ? 'no fault' : faults.map(({ name }) => name).join(', ')}`;
}

export const seededSpending: SeededSuite = {
  name: 'the seeded spending limits',
  titleOf: titleOfSpending,
  play: playSpending,
  policy: 'M4: the limit is never passed, and the books equal the ledger',
};

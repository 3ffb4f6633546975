import { describe, it } from '@jest/globals';
import { play, titleOf } from './play.js';

/** The parts of a long run, which play at the same time. */
const parts = 2;

/** The runs of a part: every second one of those that the command asks for. */
export function describePart(part: number): void {
  const { FAULTS_SEED: first = '0', FAULTS_RUNS: runs = '500' } = process.env;
  const seeds = Array.from({ length: Number(runs) }, (_, index) => Number(first) + index);
  const own = seeds.filter((_, index) => index % parts === part);
  describe('the fault matrix', () => {
    if (own.length === 0) it.skip('has one run, which the other part plays', () => undefined);
    for (const seed of own)
      it(`Y9: every document ends, and the books equal the ledger: ${titleOf(seed)}`, () => play(seed));
  });
}

import { describe, it } from '@jest/globals';
import { play, titleOf } from './play.js';

/** The parts of a long run, which play at the same time. */
const parts = 2;

export interface SeededSuite {
  readonly name: string;
  readonly titleOf: (seed: number) => string;
  readonly play: (seed: number) => Promise<void>;
  /** Of a test, before the title of its seed. */
  readonly policy: string;
}

const faultMatrix: SeededSuite = {
  name: 'the fault matrix',
  titleOf,
  play,
  policy: 'Y9: every document ends, and the books equal the ledger',
};

/** The runs of a part: every second one of those that the command asks for. */
export function describePart(part: number, suite: SeededSuite = faultMatrix): void {
  const { FAULTS_SEED: first = '0', FAULTS_RUNS: runs = '500' } = process.env;
  const seeds = Array.from({ length: Number(runs) }, (_, index) => Number(first) + index);
  const own = seeds.filter((_, index) => index % parts === part);
  describe(suite.name, () => {
    if (own.length === 0) it.skip('has one run, which the other part plays', () => undefined);
    for (const seed of own) it(`${suite.policy}: ${suite.titleOf(seed)}`, () => suite.play(seed));
  });
}

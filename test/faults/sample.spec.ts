import { describe, it } from '@jest/globals';
import { play, titleOf } from './play.js';

/** Of `npm run test:faults`: short runs that meet many faults, kills and freezes. */
const seeds = [
  ...[91, 93, 94, 96, 98, 102, 104, 105, 107, 109, 117, 132, 137, 138, 141, 143, 145, 147, 148, 150, 154, 157],
  ...[158, 159, 163],
] as const;

describe('a sample of the fault matrix', () => {
  it.each(seeds.map((seed) => [titleOf(seed), seed] as const))(
    'Y9: every document ends, and the books equal the ledger: %s',
    (_, seed) => play(seed),
  );
});

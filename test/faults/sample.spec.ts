import { describe, it } from '@jest/globals';
import { play, titleOf } from './play.js';

/** Of `npm run test:faults`: short runs that meet many faults, kills and freezes. */
const seeds = [93, 95, 97, 98, 99, 100, 101, 102, 104, 105, 106, 107, 108, 109, 110, 111, 113, 115, 117, 119] as const;

describe('a sample of the fault matrix', () => {
  it.each(seeds.map((seed) => [titleOf(seed), seed] as const))(
    'Y9 R11: every document ends, and the books equal the ledger and pass an audit: %s',
    (_, seed) => play(seed),
  );
});

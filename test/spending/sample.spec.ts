import { describe, it } from '@jest/globals';
import { seededSpending } from './play.js';

/** Of `npm run test:spending`. */
const seeds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19] as const;

describe('a sample of the seeded spending limits', () => {
  it.each(seeds.map((seed) => [seededSpending.titleOf(seed), seed] as const))(
    'M4: the limit is never passed, and the books equal the ledger: %s',
    (_, seed) => seededSpending.play(seed),
  );
});

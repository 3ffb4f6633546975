import { describe, it } from '@jest/globals';
import { live } from './play.js';

/** Of `npm run test:days`. */
describe('a collection that lives for some days', () => {
  it.each([[0], [1]] as const)(
    'E4 R10: every evening vectors and answers are those of the documents: seed %s',
    (seed) => live(seed, 8),
  );
});

import embedded from './jest.config.js';

/** The seeded days of a collection. `npm run test:days` starts them, says which lives to play, and sums them up. */
export default {
  ...embedded,
  testMatch: ['**/*.days.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

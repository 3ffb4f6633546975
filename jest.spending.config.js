import embedded from './jest.config.js';

/** The seeded spending limits. `npm run test:spending` starts them, says which runs to play, and sums them up. */
export default {
  ...embedded,
  testMatch: ['**/*.spending.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

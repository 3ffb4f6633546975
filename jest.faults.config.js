import embedded from './jest.config.js';

/** The fault matrix. `npm run test:faults` starts it, says which runs to play, and sums them up. */
export default {
  ...embedded,
  testMatch: ['**/*.faults.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

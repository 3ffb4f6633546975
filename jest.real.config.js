import embedded from './jest.config.js';

/** The tests that need real servers (`npm run servers:up`). A server that does not answer is a failure, never a skip. */
export default {
  ...embedded,
  testMatch: ['**/*.real.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

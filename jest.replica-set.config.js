import embedded from './jest.config.js';

/** The tests that need a MongoDB replica set of several members, whose address TEST_REPLICA_SET holds. */
export default {
  ...embedded,
  testMatch: ['**/*.replica-set.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

import embedded from './jest.config.js';

/** The tests of the Helm chart, which need Go: test/helm renders it, test/kubernetes gives it to an API server. */
export default {
  ...embedded,
  testMatch: ['**/*.kubernetes.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

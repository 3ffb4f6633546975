import embedded from './jest.config.js';

/** The tests of images and Compose files, on the container engine of this machine or on one that test/containers brings. */
export default {
  ...embedded,
  testMatch: ['**/*.containers.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 1_800_000,
};

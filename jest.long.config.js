import embedded from './jest.config.js';

/** The tests that need no server, and minutes: many documents, every moment of a kill, the guides to the letter. */
export default {
  ...embedded,
  testMatch: ['**/*.long.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};

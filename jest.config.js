import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Every other package of ours is a library. */
const apps = readdirSync(join(import.meta.dirname, 'apps')).join('|');

/** One configuration for the whole workspace: sources are compiled on the fly, packages map to their sources. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // Those are long, or need servers: jest.*.config.js run them.
  testPathIgnorePatterns: [
    '/node_modules/',
    '\\.(containers|days|faults|kubernetes|long|real|replica-set|spending)\\.spec\\.ts$',
  ],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', swc()] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@batchmill/(bus|store|blobs|vectors|provider|stage|records)/contract$': '<rootDir>/libs/$1/src/$1.contract.ts',
    '^@batchmill/(bus|store|blobs|vectors|provider|contracts)/([\\w-]+)$': '<rootDir>/libs/$1/src/$2/index.ts',
    [`^@batchmill/(${apps})$`]: '<rootDir>/apps/$1/src/index.ts',
    '^@batchmill/([\\w-]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  // For a machine that is slow, or busy: who fails says so at once, who hangs is ended some day.
  testTimeout: 600_000,
  // By default one core is left idle, which on a small machine is half of it.
  maxWorkers: '100%',
  // A worker keeps part of what each file loaded; past this it takes longer to look through its memory than to start another.
  workerIdleMemoryLimit: '400MB',
  testSequencer: '<rootDir>/tools/longest-first.js',
  globalSetup: '<rootDir>/tools/test-folder.js',
  reporters: ['default', '<rootDir>/tools/summary-reporter.js'],
};

function swc() {
  return {
    swcrc: false,
    jsc: {
      target: 'es2024',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  };
}

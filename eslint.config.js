import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { importBoundaries } from './tools/import-boundaries.js';

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'packages/*/build/',
      'packages/*/template*/',
      'test/guides/in-your-repository/',
      '**/node_modules/',
      '.nx/',
      '**/.batchmill/',
      '.servers/',
      'coverage/',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // the ports' generics tie what is read to what was named
      '@typescript-eslint/require-await': 'off', // embedded adapters are synchronous behind asynchronous ports
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest types its options as classes
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // A catalogue of error codes adds its codes to those of all: an interface of its own would say nothing more.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Take the time from the injected Clock.' },
        { object: 'Math', property: 'random', message: 'Take it as an argument.' },
        { object: 'process', property: 'env', message: 'Settings are read once, in libs/service.' },
      ],
    },
  },
  {
    // Where the outside is met, and where tests set the stage.
    files: [
      'libs/service/**/*.ts',
      'libs/contracts/src/{clock,ids}.ts',
      'libs/testing/**/*.ts',
      'apps/{simulator,cli,all-in-one}/**/*.ts',
      'test/**/*.ts',
      'bench/**/*.ts',
      'tools/**/*.ts',
      '**/*.spec.ts',
      '**/*.contract.ts',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.spec.ts', '**/*.contract.ts', 'test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' }, // a missing value fails the test, as it should
  },
  ...importBoundaries,
  prettier,
);

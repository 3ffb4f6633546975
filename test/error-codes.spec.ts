import { consumerNames } from '@batchmill/all-in-one';
import { ConnectionError } from '@batchmill/contracts';
import { notificationTypes } from '@batchmill/records';
import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogues } from '../tools/reference/error-catalogues.js';
import { errorCodesIn } from '../tools/reference/error-codes-in.js';

const root = join(import.meta.dirname, '..');
/** The reference is of the line: the catalogue of a consumer stands in its own folder alone. */
const ofConsumers = consumerNames().flatMap((name) => listedIn(`apps/${name}/src/error-codes.ts`));
const catalogued = [...Object.values(errorCatalogues).flatMap((codes) => Object.keys(codes)), ...ofConsumers];
const families: ReadonlySet<string> = new Set(catalogued.map((code) => code.split('.')[0] ?? code));

/** Whatever runs, without its tests. */
const sources = globSync('{apps,libs}/*/src/**/*.ts', {
  cwd: root,
  exclude: ['**/*.spec.ts', '**/*.contract.ts', '**/error-codes.ts', '**/testing/**'],
}).filter((file) => !file.startsWith('libs/testing/'));

describe('error codes', () => {
  it('X1: every code that a source says is in a catalogue', () => {
    const strange = sources.flatMap((file) =>
      codesOf(file)
        .filter((code) => !catalogued.includes(code))
        .map((code) => `${file}: ${code}`),
    );

    expect(strange).toEqual([]);
  });

  it('X1: every code of a catalogue is said somewhere, and stands in one catalogue only', () => {
    const said = new Set(sources.flatMap(codesOf));

    expect(catalogued.filter((code) => code.includes('.') && !said.has(code))).toEqual([]);
    expect(catalogued.filter((code, index) => catalogued.indexOf(code) !== index)).toEqual([]);
  });

  it('X1: no catalogue is left out of the reference', () => {
    const inFiles = globSync('{apps,libs}/*/src/error-codes.ts', { cwd: root }).flatMap(listedIn);

    expect(inFiles.sort()).toEqual([...catalogued].sort());
  });

  it.each([
    ['as an error', "throw new ConnectionError('elsewhere.invented', 'no')"],
    ['as an error without a family', "throw new ProcessingError('invented', 'no')"],
    ['as a code', "const error = { kind, code: 'elsewhere.invented', message }"],
    ['as an argument', "retry('provider.invented', 'no')"],
    ['by a choice', "const code = isFull ? 'store.invented' : 'store.unavailable'"],
    ['in a template without values', 'refuse(`store.invented`)'],
  ])('an invented code is found: %s', (_, source) => {
    expect(errorCodesIn(source, families).filter((code) => !catalogued.includes(code))).toHaveLength(1);
  });

  it('a code that is in no catalogue does not compile', () => {
    // @ts-expect-error -- `npm run types` fails when this compiles
    expect(new ConnectionError('store.invented', 'no').code).toBe('store.invented');
  });
});

function listedIn(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}'?([a-z.-]+)'?:/gm)].map(([, code = '']) => code);
}

/** What people are told of has the shape of a code. */
function codesOf(file: string): string[] {
  const told: readonly string[] = notificationTypes;
  return errorCodesIn(readFileSync(join(root, file), 'utf8'), families).filter((code) => !told.includes(code));
}

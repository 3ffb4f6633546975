import { consumerNames } from '@batchmill/all-in-one';
import { ConnectionError } from '@batchmill/contracts';
import { notificationTypes } from '@batchmill/records';
import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCatalogues } from '../tools/reference/error-catalogues.js';
import { errorCodesIn } from '../tools/reference/error-codes-in.js';

const root = join(import.meta.dirname, '..');
/** The catalogue of a consumer is only in the consumer's folder, not in the reference. */
const consumerCodes = consumerNames().flatMap((name) => listedIn(`apps/${name}/src/error-codes.ts`));
const catalogued = [...Object.values(errorCatalogues).flatMap((codes) => Object.keys(codes)), ...consumerCodes];
const families: ReadonlySet<string> = new Set(catalogued.map((code) => code.split('.')[0] ?? code));

/** All production code. Probes are of another test, which writes and deletes them meanwhile. */
const sources = globSync('{apps,libs}/*/src/**/*.ts', {
  cwd: root,
  exclude: ['**/*.spec.ts', '**/*.contract.ts', '**/error-codes.ts', '**/testing/**', '**/boundary-probe-*'],
}).filter((file) => !file.startsWith('libs/testing/'));

describe('error codes', () => {
  it('X1: every code in a source file is in a catalogue', () => {
    const uncatalogued = sources.flatMap((file) =>
      codesOf(file)
        .filter((code) => !catalogued.includes(code))
        .map((code) => `${file}: ${code}`),
    );

    expect(uncatalogued).toEqual([]);
  });

  it('X1: every code of a catalogue is used, and is in only one catalogue', () => {
    const used = new Set(sources.flatMap(codesOf));

    expect(catalogued.filter((code) => code.includes('.') && !used.has(code))).toEqual([]);
    expect(catalogued.filter((code, index) => catalogued.indexOf(code) !== index)).toEqual([]);
  });

  it('X1: the reference has every catalogue', () => {
    const inFiles = globSync('{apps,libs}/*/src/error-codes.ts', { cwd: root }).flatMap(listedIn);

    expect(inFiles.sort()).toEqual([...catalogued].sort());
  });

  it.each([
    ['as an error', "throw new ConnectionError('elsewhere.invented', 'no')"],
    ['as an error without a family', "throw new ProcessingError('invented', 'no')"],
    ['as a code', "const error = { kind, code: 'elsewhere.invented', message }"],
    ['as an argument', "retry('provider.invented', 'no')"],
    ['in a conditional expression', "const code = isFull ? 'store.invented' : 'store.unavailable'"],
    ['in a template without values', 'refuse(`store.invented`)'],
  ])('an uncatalogued code is found: %s', (_, source) => {
    expect(errorCodesIn(source, families).filter((code) => !catalogued.includes(code))).toHaveLength(1);
  });

  it('a code without a catalogue does not compile', () => {
    // @ts-expect-error -- `npm run types` fails when this compiles
    expect(new ConnectionError('store.invented', 'no').code).toBe('store.invented');
  });
});

function listedIn(file: string): string[] {
  return [...readFileSync(join(root, file), 'utf8').matchAll(/^ {2}'?([a-z.-]+)'?:/gm)].map(([, code = '']) => code);
}

/** Notification types look like codes, but are none. */
function codesOf(file: string): string[] {
  const types: readonly string[] = notificationTypes;
  return errorCodesIn(readFileSync(join(root, file), 'utf8'), families).filter((code) => !types.includes(code));
}

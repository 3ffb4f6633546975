import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { importCircles } from '../tools/import-circles.js';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** Forbidden imports: the importing folder and the imported package. */
const forbidden: readonly (readonly [string, string])[] = [
  ['libs/contracts/src', '@batchmill/pipeline'],
  ['libs/contracts/src', '@batchmill/documents'],
  ['libs/documents/src', '@batchmill/contracts'],
  ['libs/models/src', '@batchmill/documents'],
  ['libs/models/src', 'bson'],
  ['libs/templates/src', '@batchmill/pipeline'],
  ['libs/templates/src', 'bson'],
  ['libs/provider/src', '@batchmill/pipeline'],
  ['libs/provider/src/dialects/openai', '@batchmill/templates'],
  ['libs/provider/src/dialects/openai', 'openai'],
  ['libs/pipeline/src', '@batchmill/provider/openai'],
  ['libs/bus/src', '@batchmill/pipeline'],
  ['libs/stage/src', '@batchmill/pipeline'],
  ['apps/chunk-scanner/src', '@batchmill/templates'],
  ['libs/pipeline/src', '@batchmill/store'],
  ['libs/store/src', '@batchmill/records'],
  ['libs/store/src', 'mongodb'],
  ['libs/provider/src', '@batchmill/pipeline'],
  ['libs/bus/src/embedded', 'kafkajs'],
  ['libs/bus/src/embedded', 'node:sqlite'],
  ['libs/bus/src/kafka', '@batchmill/sqlite'],
  ['libs/bus/src/kafka', 'kafkajs'],
  ['libs/bus/src/kafka/kafkajs', '@platformatic/kafka'],
  ['libs/bus/src/kafka/platformatic', 'kafkajs'],
  ['libs/store/src', '@batchmill/sqlite'],
  ['libs/records/src', '@batchmill/sqlite'],
  ['libs/sqlite/src', '@batchmill/store'],
  ['libs/records/src', '@batchmill/stage'],
  ['libs/records/src', '@batchmill/store/embedded'],
  ['libs/stage/src', '@batchmill/service'],
  ['apps/chunk-scanner/src', '@batchmill/jsonl-builder'],
  ['apps/chunk-scanner/src', '@batchmill/store/embedded'],
  ['apps/chunk-scanner/src', 'openai'],
  ['apps/result-ingester/src', 'node:sqlite'],
  ['apps/simulator/src', '@batchmill/contracts'],
  ['libs/stage/src', '../../records/src/index.js'],
];

const probes = forbidden.map(([folder, specifier], index) => ({
  file: join(root, folder, `boundary-probe-${index}.ts`),
  text: `import '${specifier}';\n`,
}));
const environmentProbe = {
  file: join(root, 'apps/chunk-scanner/src/boundary-probe-env.ts'),
  text: 'export const probe = process.env;\n',
};

describe('import boundaries', () => {
  let findings: Finding[];

  beforeAll(async () => {
    const all = [...probes, environmentProbe];
    try {
      for (const { file, text } of all) {
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, text);
      }
      findings = await lint(all.map(({ file }) => file));
    } finally {
      await Promise.all(all.map(({ file }) => rm(file, { force: true })));
    }
  });

  const rulesBrokenBy = (file: string): string[] =>
    findings
      .filter(({ filePath }) => filePath === file)
      .flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));

  it('T3: every forbidden import is a lint error', () => {
    const undetected = forbidden.filter(
      (_, index) => !rulesBrokenBy(probes[index]!.file).includes('no-restricted-imports'),
    );

    expect(undetected).toEqual([]);
  });

  it('T3: a stage may not read the environment', () => {
    expect(rulesBrokenBy(environmentProbe.file)).toContain('no-restricted-properties');
  });
});

describe('circles of imports', () => {
  it('no file imports itself through others', () => {
    expect(importCircles(root)).toEqual([]);
  });

  it('a circle is found even when it has only type imports and goes through another package', async () => {
    const planted = await mkdtemp(join(tmpdir(), 'circles-'));

    try {
      await plant(planted, {
        'libs/one/package.json': JSON.stringify({ exports: { '.': { types: './src/index.ts' } } }),
        'libs/one/src/index.ts': "export { one } from './one.js';\n",
        'libs/one/src/one.ts': "import type { two } from '@batchmill/two/sub';\nexport const one: typeof two = 1;\n",
        'libs/two/package.json': JSON.stringify({ exports: { './sub': { types: './src/two.ts' } } }),
        'libs/two/src/two.ts': "import type { one } from '@batchmill/one';\nexport const two: typeof one = 1;\n",
        'libs/two/src/outside.ts': "import './two.js';\n",
      });

      expect(importCircles(planted)).toEqual([
        ['libs/one/src/index.ts', 'libs/one/src/one.ts', 'libs/two/src/two.ts', 'libs/one/src/index.ts'],
      ]);
    } finally {
      await rm(planted, { recursive: true });
    }
  });
});

async function plant(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
}

interface Finding {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string }[];
}

async function lint(files: string[]): Promise<Finding[]> {
  const eslint = join(root, 'node_modules/eslint/bin/eslint.js');
  // ESLint exits with 1 when it finds errors; they are on its standard output in any case.
  const stdout = await run(process.execPath, [eslint, '--format', 'json', ...files], { cwd: root }).then(
    (done) => done.stdout,
    (failure: unknown) => (failure as { stdout: string }).stdout,
  );
  return JSON.parse(stdout) as Finding[];
}

import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

/** Where a forbidden import is written, and what it is. */
const forbidden: readonly (readonly [string, string])[] = [
  ['libs/contracts/src', '@batchmill/pipeline'],
  ['libs/pipeline/src', '@batchmill/store'],
  ['libs/store/src', '@batchmill/records'],
  ['libs/store/src', 'mongodb'],
  ['libs/bus/src/embedded', 'kafkajs'],
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

  it('T3: every forbidden import is an error, so the rule cannot fall asleep', () => {
    const silent = forbidden.filter(
      (_, index) => !rulesBrokenBy(probes[index]!.file).includes('no-restricted-imports'),
    );

    expect(silent).toEqual([]);
  });

  it('T3: a stage reads no environment', () => {
    expect(rulesBrokenBy(environmentProbe.file)).toContain('no-restricted-properties');
  });
});

interface Finding {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string }[];
}

async function lint(files: string[]): Promise<Finding[]> {
  const eslint = join(root, 'node_modules/eslint/bin/eslint.js');
  // It exits with 1 when it found something; what it found is on its standard output all the same.
  const stdout = await run(process.execPath, [eslint, '--format', 'json', ...files], { cwd: root }).then(
    (done) => done.stdout,
    (failure: unknown) => (failure as { stdout: string }).stdout,
  );
  return JSON.parse(stdout) as Finding[];
}

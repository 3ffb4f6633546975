import { describe, expect, it } from '@jest/globals';
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
  ['libs/provider/src', '@batchmill/pipeline'],
  ['libs/bus/src/embedded', 'kafkajs'],
  ['libs/bus/src/embedded', 'node:sqlite'],
  ['libs/bus/src/kafka', '@batchmill/sqlite'],
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

describe('import boundaries', () => {
  it('T3: every forbidden import is an error, so the rule cannot fall asleep', async () => {
    const files = forbidden.map(([folder], index) => join(root, folder, `boundary-probe-${index}.ts`));

    let findings: { filePath: string; messages: { ruleId: string }[] }[];
    try {
      for (const [index, [, specifier]] of forbidden.entries()) {
        await mkdir(dirname(files[index]!), { recursive: true });
        await writeFile(files[index]!, `import '${specifier}';\n`);
      }
      findings = await lint(files);
    } finally {
      await Promise.all(files.map((file) => rm(file, { force: true })));
    }

    const silent = forbidden.filter(
      (_, index) =>
        !findings.some(
          ({ filePath, messages }) =>
            filePath === files[index] && messages.some(({ ruleId }) => ruleId === 'no-restricted-imports'),
        ),
    );
    expect(silent).toEqual([]);
  });

  it('T3: a stage reads no environment', async () => {
    const file = join(root, 'apps/chunk-scanner/src/boundary-probe-env.ts');

    let findings: { messages: { ruleId: string }[] }[];
    try {
      await writeFile(file, 'export const probe = process.env;\n');
      findings = await lint([file]);
    } finally {
      await rm(file, { force: true });
    }

    expect(findings.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId))).toContain(
      'no-restricted-properties',
    );
  });
});

async function lint(files: string[]): Promise<{ filePath: string; messages: { ruleId: string }[] }[]> {
  const eslint = join(root, 'node_modules/eslint/bin/eslint.js');
  // It exits with 1 when it found something; what it found is on its standard output all the same.
  const stdout = await run(process.execPath, [eslint, '--format', 'json', ...files], { cwd: root }).then(
    (done) => done.stdout,
    (failure: unknown) => (failure as { stdout: string }).stdout,
  );
  return JSON.parse(stdout) as { filePath: string; messages: { ruleId: string }[] }[];
}

import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withSimulator } from './testing/with-simulator.js';

const run = promisify(execFile);
const version = '3.52.0';
const script = join(import.meta.dirname, '../test/official_python_sdk.py');
const cache = join(import.meta.dirname, '../../../node_modules/.cache');

/** Where Python is, if it is anywhere. */
async function findPython(): Promise<string | undefined> {
  return run('python3', ['--version']).then(
    () => 'python3',
    () => undefined,
  );
}

/** A Python with the SDK at this very version; made once, and kept beside the other caches. */
async function pythonWithSdk(python: string): Promise<string> {
  const folder = join(cache, `openai-python-${version}`);
  const own = join(folder, 'bin/python');
  const installed =
    existsSync(own) &&
    (await run(own, ['-c', 'import openai']).then(
      () => true,
      () => false,
    ));
  if (installed) return own;
  await mkdir(cache, { recursive: true });
  await run(python, ['-m', 'venv', '--clear', folder]);
  await run(own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `openai==${version}`]);
  return own;
}

const python = await findPython();
// Where everything is checked, a missing Python is a failure; elsewhere it is said in the test's name.
const withPython = python === undefined && process.env['CI'] !== 'true' ? it.skip : it;
const reason = python === undefined ? ' (skipped: there is no python3 here)' : '';

describe(`the official Python SDK${reason}`, () => {
  withPython(
    'works unchanged',
    async () => {
      if (python === undefined) throw new Error('There is no python3 here. Install it, with its venv module.');
      const own = await pythonWithSdk(python);

      const { stdout } = await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, (client) =>
        run(own, [script, client.url]),
      );

      expect(stdout.trim()).toBe('everything as expected');
    },
    180_000,
  );
});

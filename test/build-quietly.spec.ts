import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batchmill-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs it where a build prints a line and ends with this code. */
async function build(code: number): Promise<{ code: number | null; output: string }> {
  const npm = join(folder, 'npm');
  await writeFile(npm, `#!/bin/sh\necho "build: $*"\nexit ${code}\n`);
  await chmod(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, '../tools/build-quietly.ts')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

it('T1: nothing is printed of a build that succeeds', async () => {
  await expect(build(0)).resolves.toEqual({ code: 0, output: '' });
});

it('the output of a build that fails is printed, and its code is passed on', async () => {
  await expect(build(2)).resolves.toEqual({ code: 2, output: 'build: run --silent build\n' });
});

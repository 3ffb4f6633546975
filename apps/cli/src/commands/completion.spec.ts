import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bin = join(import.meta.dirname, '../../../../packages/bundle/bin/batchmill.js');

describe('completion in bash', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-completion-'));
    await mkdir(join(folder, 'bin'));
    await symlink(bin, join(folder, 'bin/batchmill'));
    await mkdir(join(folder, 'pipelines/letters'), { recursive: true });
    await writeFile(join(folder, 'pipelines/letters/letters.pipeline.ts'), 'this is not loaded');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a shell offers behind these words. */
  const offered = async (...words: string[]): Promise<string[]> => {
    const script = `source <(batchmill completion bash)
      COMP_WORDS=(batchmill "$@") COMP_CWORD=$#
      _batchmill
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      BATCHMILL_PIPELINES: 'pipelines',
    };
    const { stdout } = await run('bash', ['-c', script, 'bash', ...words], { cwd: folder, env });
    return stdout.split('\n').filter((word) => word !== '');
  };

  it('offers the pipelines of the folder without loading them', async () => {
    expect(await offered('run', '')).toContain('letters');
  });

  it('evaluates nothing that is typed, and offers no word where the name of a file is expected', async () => {
    expect(await offered('load', `$(touch ${join(folder, 'evil')})`, '')).toEqual([]);
    expect(existsSync(join(folder, 'evil'))).toBe(false);
  });
});

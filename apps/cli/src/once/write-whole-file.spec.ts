import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { lstat, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeWholeFile } from './write-whole-file.js';

describe('the output of once', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-output-'));
    file = join(folder, 'answers.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function* lines(count: number, check: () => Promise<void> = () => Promise.resolve()): AsyncGenerator<string> {
    for (let at = 0; at < count; at += 1) yield `{"at":${at},"text":"${'x'.repeat(1000)}"}`;
    await check();
  }

  it('has its name only when it is whole', async () => {
    let wasThere = true;

    await writeWholeFile(
      file,
      lines(3000, async () => {
        wasThere = await Promise.resolve(existsSync(file));
      }),
    );

    expect(wasThere).toBe(false);
    expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(3000);
    expect(await readdir(folder)).toEqual(['answers.jsonl']);
  });

  it('stays as it was when the new one cannot be finished', async () => {
    await writeFile(file, 'before');

    const writing = writeWholeFile(
      file,
      lines(1, () => Promise.reject(new Error('ended'))),
    );

    await expect(writing).rejects.toThrow('ended');
    expect(await readFile(file, 'utf8')).toBe('before');
  });

  it('is written where a link leads, and the link stays', async () => {
    const target = join(folder, 'target.jsonl');
    await writeFile(target, 'before');
    await symlink(target, file);

    await writeWholeFile(file, lines(1));

    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(target, 'utf8')).toContain('{"at":0');
  });
});

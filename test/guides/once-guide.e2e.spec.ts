import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');
const timeoutMs = 600_000;
const run = promisify(execFile);

describe('the guide to once', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-once-guide-'));
    await mkdir(join(folder, 'bin'));
    const npx = join(folder, 'bin/npx');
    const main = join(root, 'packages/bundle/dist/cli.js');
    await writeFile(
      npx,
      `#!/bin/sh\nshift\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${main}' "$@"\n`,
    );
    await chmod(npx, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it(
    'R2 T4: its commands run in a shell as they are written, one after the other, and the answers are those that it shows',
    async () => {
      const page = readFileSync(join(root, 'docs/how-to/once.md'), 'utf8');
      const script = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block).join('\necho --\n');
      const env = { PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter) };

      const { stdout, stderr } = await run('sh', ['-e', '-c', script], { cwd: folder, env });

      const [answers, french, , estimate, , lists] = stdout.split('--\n');
      const written = (name: string): Record<string, unknown>[] =>
        readFileSync(join(folder, name), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(answers).toBe(readFileSync(join(import.meta.dirname, 'once/reviews.answers.jsonl'), 'utf8'));
      expect(french?.trimEnd().split('\n')).toHaveLength(2);
      expect(written('topics.jsonl').map(({ answer }) => answer)).toEqual(
        Array(2).fill({ topic: expect.any(String), praise: expect.any(Boolean) }),
      );
      expect(written('reviews.vectors.jsonl').map(({ vector }) => (vector as unknown[]).length)).toEqual([256, 256]);
      expect(estimate).toMatch(/once: 2 documents pending\nMODEL .*\ngpt-4o +2 /);
      expect(stderr).toMatch(
        /reviews\.csv: 1 document\nonce: 1 document pending.*reviews\.csv: 2 documents\nonce: 1 document pending/s,
      );
      expect(lists).toMatch(/^RUN .*\nonce-.*finished.*\n(?:.*\n)*BATCH /);
    },
    timeoutMs,
  );
});

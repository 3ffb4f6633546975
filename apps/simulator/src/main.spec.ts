import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild, startChild } from './testing/start-child.js';

describe('the command', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulator-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says its address when it listens, and ends cleanly on %s',
    async (signal) => {
      const child = await startChild([
        '--port',
        '0',
        '--data',
        folder,
        '--speed',
        '60',
        '--turnaround',
        '5s',
        '--seed',
        '3',
      ]);

      const answer = await fetch(`${child.url}/admin/clock`);

      expect(await answer.json()).toMatchObject({ speed: 60 });
      expect(await child.end(signal)).toBe(0);
    },
  );

  it.each([
    [['--bogus'], /Unknown option '--bogus'/],
    [['--port'], /--port/],
    [['--port', '70000'], /port is 70000; expected a whole number from 0 to 65535/],
    [['--port', 'http'], /--port is "http"; expected a number/],
    [['--speed', '-1'], /speed/],
    [['--turnaround', 'soon'], /turnaround is "soon"; expected measured, or a time such as/],
    [['--seed', '1.5'], /seed is 1\.5; expected a whole number/],
    [['--windows', '24h,soon'], /completionWindows is "soon"; expected hours or days/],
    [['extra'], /extra/],
  ])('%j is answered with one line and exit code 1', async (args, message) => {
    const { code, stdout, stderr } = await runChild(['--data', folder, ...args]);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('a port or folder in use is reported with the remedy', async () => {
    const child = await startChild(['--port', '0', '--data', join(folder, 'a')]);
    try {
      const port = await runChild(['--port', new URL(child.url).port, '--data', join(folder, 'b')]);
      const data = await runChild(['--port', '0', '--data', join(folder, 'a')]);

      expect([port.code, data.code]).toEqual([1, 1]);
      expect(port.stderr).toMatch(
        /^simulator: Port \d+ on 127\.0\.0\.1 is in use by another process\. Choose another port\.\n$/,
      );
      expect(data.stderr).toMatch(/^simulator: .*simulator\.db is in use by another simulator\..*\n$/);
    } finally {
      await child.end('SIGTERM');
    }
  });

  it('--help lists the flags', async () => {
    const { code, stdout } = await runChild(['--help']);

    expect(code).toBe(0);
    expect(stdout).toContain('--turnaround');
  });
});

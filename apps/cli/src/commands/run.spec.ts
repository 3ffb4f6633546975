import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProcess } from '../testing/command-process.js';
import { seedReports } from '../testing/seed-reports.js';

const fast = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
  BATCHMILL_LEASE: '5',
};
/** Its batches stay at the provider for the whole test. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '60' };
const run = 'run annual-reports --endpoint embeddings'.split(' ');

describe('batchmill run, in processes of its own', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-cli-run-'));
    await seedReports(join(cwd, '.batchmill'), 5);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('R2: run --wait takes the run over when the process that works on it is killed', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.printed('5 at the provider');
    const waiting = CommandProcess.launch(cwd, [...run, '--run-id', 'one', '--wait', '--json'], fast);
    await waiting.printed('another process works on');
    worker.signal('SIGKILL');

    await expect(waiting.exit()).resolves.toBe(0);
    expect(waiting.output).toContain('the other process has ended; continuing in this process');
    expect(waiting.output).toContain('"status":"finished","total":5,"succeeded":5');
  });

  it('R2: of two processes that start runs at once, one does the work and the other follows it', async () => {
    const both = ['embeddings', 'inference'].map((endpoint) =>
      CommandProcess.start(cwd, ['run', 'annual-reports', '--endpoint', endpoint, '--wait'], fast),
    );

    await expect(Promise.all(both.map((each) => each.exit()))).resolves.toEqual([0, 0]);
    for (const { output } of both) expect(output).toContain('documents 5 processed, 5 succeeded, 0 failed');
    expect(both.some(({ output }) => output.includes('working in this process'))).toBe(true);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'R2: %s to the launcher alone stops the run at a checkpoint, and the launcher exits with its code',
    async (signal) => {
      const launched = CommandProcess.launch(cwd, [...run, '--run-id', 'one'], slow);
      await launched.printed('5 at the provider');
      launched.signal(signal);

      await expect(launched.exit()).resolves.toBe(130);
      expect(launched.output).toContain('Continue it with: batchmill run annual-reports --run-id one');
    },
    240_000,
  );

  it('R2: following a run ends when no process works on it any more, and shows how to continue it', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.printed('5 at the provider');
    const following = CommandProcess.start(cwd, ['progress', 'one'], fast);
    await following.printed('5 at the provider');
    worker.signal('SIGKILL');

    await expect(following.exit()).resolves.toBe(130);
    expect(following.output).toContain('continue it with: batchmill run annual-reports --run-id one');
  });

  it('R10: a run of another process is paused and resumed by that process', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.printed('5 at the provider');
    const paused = CommandProcess.start(cwd, ['runs', 'pause', 'one'], fast);
    await expect(paused.exit()).resolves.toBe(0);
    await worker.printed('paused; resume it with: batchmill runs resume one');
    const resumed = CommandProcess.start(cwd, ['runs', 'resume', 'one'], fast);
    await expect(resumed.exit()).resolves.toBe(0);
    worker.signal('SIGINT');

    await expect(worker.exit()).resolves.toBe(130);
    expect(paused.output).toContain('asked the running process to pause run one; check with: batchmill runs show one');
    expect(resumed.output).toContain(
      'asked the running process to resume run one; follow it with: batchmill progress one',
    );
  });

  it('R2: a run that has ended is not done again, and the command prints that', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast).exit();

    const again = CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast);

    await expect(again.exit()).resolves.toBe(0);
    expect(again.output).toContain('this run had already ended: nothing was done');
  });

  it('M3: a run that the command starts keeps an estimate, and runs show prints it below what came true', async () => {
    const first = CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast);
    await expect(first.exit()).resolves.toBe(0);
    const shown = CommandProcess.start(cwd, ['runs', 'show', 'one'], fast);
    await expect(shown.exit()).resolves.toBe(0);

    for (const { output } of [first, shown])
      expect(output).toMatch(
        /\nrequests {2}5 in 1 batch\ntokens {4}(\d+) in, 0 out\ncost .*\nsaved .*\npredicted 5 in 1 batch; \1 in, 0 out\n {10}/,
      );
  });

  it('R10 M3: --redo all shows what it costs, and runs only when it is confirmed', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast).exit();

    const unconfirmed = CommandProcess.start(cwd, [...run, '--redo', 'all', '--run-id', 'two'], fast);
    await expect(unconfirmed.exit()).resolves.toBe(1);
    const again = CommandProcess.start(cwd, [...run, '--redo', 'all', '--run-id', 'two', '--yes', '--json'], fast);
    await expect(again.exit()).resolves.toBe(0);
    const failed = CommandProcess.start(cwd, [...run, '--redo', 'failed'], fast);
    await expect(failed.exit()).resolves.toBe(0);

    expect(unconfirmed.output).toContain('annual-reports: 5 documents pending, completed or failed\n');
    expect(unconfirmed.output).toContain('--redo all: found no --yes, and no terminal to ask on; nothing was started');
    expect(again.output).toContain('"status":"finished","total":5,"succeeded":5');
    expect(failed.output).toContain('5 documents match, and none of them is pending or failed');
    expect(failed.output).toContain('total 0');
  });

  it('R2: the id of a different run is refused before anything is done', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one', '--limit', '1'], fast).exit();

    const other = CommandProcess.start(cwd, ['run', 'package-docs', '--run-id', 'one', '--limit', '9'], fast);

    await expect(other.exit()).resolves.toBe(1);
    expect(other.output).toContain(
      'run one was requested differently: pipeline: found package-docs, expected annual-reports; limit: found 9, expected 1',
    );
  });
});

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
/** Its batches stay at the provider for as long as the test looks. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '60' };
const run = 'run annual-reports --endpoint embeddings'.split(' ');

describe('batchmill run, in processes of its own', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-cli-run-'));
    await seedReports(join(cwd, '.batchmill'), 5);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('R2: who waits for a run takes it over when the process that works it is killed', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.says('5 at the provider');
    const waiting = CommandProcess.launch(cwd, [...run, '--run-id', 'one', '--wait', '--json'], fast);
    await waiting.says('another process is at work');
    worker.signal('SIGKILL');

    await expect(waiting.ends()).resolves.toBe(0);
    expect(waiting.said).toContain('the other process has ended; it goes on in this process');
    expect(waiting.said).toContain('"status":"finished","total":5,"succeeded":5');
  });

  it('R2: of two runs that start at once one does the work and the other follows it', async () => {
    const both = ['embeddings', 'inference'].map((endpoint) =>
      CommandProcess.start(cwd, ['run', 'annual-reports', '--endpoint', endpoint, '--wait'], fast),
    );

    await expect(Promise.all(both.map((each) => each.ends()))).resolves.toEqual([0, 0]);
    for (const { said } of both) expect(said).toContain('documents 5 processed, 5 succeeded, 0 failed');
    expect(both.some(({ said }) => said.includes('working in this process'))).toBe(true);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'R2: %s to the launcher alone stops the run at a checkpoint, and the launcher ends with its code',
    async (signal) => {
      const launched = CommandProcess.launch(cwd, [...run, '--run-id', 'one'], slow);
      await launched.says('5 at the provider');
      launched.signal(signal);

      await expect(launched.ends()).resolves.toBe(130);
      expect(launched.said).toContain('It goes on with: batchmill run annual-reports --run-id one');
    },
    240_000,
  );

  it('R2: following a run ends when nobody is at work on it, and says how it goes on', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.says('5 at the provider');
    const following = CommandProcess.start(cwd, ['progress', 'one'], fast);
    await following.says('5 at the provider');
    worker.signal('SIGKILL');

    await expect(following.ends()).resolves.toBe(130);
    expect(following.said).toContain('it goes on with: batchmill run annual-reports --run-id one');
  });

  it('R10: a run that another process works on is paused and resumed by it', async () => {
    const worker = CommandProcess.start(cwd, [...run, '--run-id', 'one'], slow);
    await worker.says('5 at the provider');
    const paused = CommandProcess.start(cwd, ['runs', 'pause', 'one'], fast);
    await expect(paused.ends()).resolves.toBe(0);
    await worker.says('paused; it goes on after: batchmill runs resume one');
    const resumed = CommandProcess.start(cwd, ['runs', 'resume', 'one'], fast);
    await expect(resumed.ends()).resolves.toBe(0);
    worker.signal('SIGINT');

    await expect(worker.ends()).resolves.toBe(130);
    expect(paused.said).toContain('asked the process at work to pause run one; batchmill runs show one');
    expect(resumed.said).toContain('asked the process at work to go on with run one; batchmill progress one');
  });

  it('R2: a run that has ended is not done again, and says so', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast).ends();

    const again = CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast);

    await expect(again.ends()).resolves.toBe(0);
    expect(again.said).toContain('it had ended before: nothing was done');
  });

  it('R10 M3: doing everything again says what it costs, and is done when somebody says yes', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one'], fast).ends();

    const unsaid = CommandProcess.start(cwd, [...run, '--redo', 'all', '--run-id', 'two'], fast);
    await expect(unsaid.ends()).resolves.toBe(1);
    const again = CommandProcess.start(cwd, [...run, '--redo', 'all', '--run-id', 'two', '--yes', '--json'], fast);
    await expect(again.ends()).resolves.toBe(0);
    const failed = CommandProcess.start(cwd, [...run, '--redo', 'failed'], fast);
    await expect(failed.ends()).resolves.toBe(0);

    expect(unsaid.said).toContain('annual-reports: 5 documents pending, completed or failed\n');
    expect(unsaid.said).toContain('--redo all: found no --yes, and nobody to ask; nothing was begun');
    expect(again.said).toContain('"status":"finished","total":5,"succeeded":5');
    expect(failed.said).toContain('5 documents match, and none of them is pending or failed');
    expect(failed.said).toContain('total 0');
  });

  it('R2: the id of another run is refused before anything is done', async () => {
    await CommandProcess.start(cwd, [...run, '--run-id', 'one', '--limit', '1'], fast).ends();

    const other = CommandProcess.start(cwd, ['run', 'package-docs', '--run-id', 'one', '--limit', '9'], fast);

    await expect(other.ends()).resolves.toBe(1);
    expect(other.said).toContain(
      'run one was asked for otherwise: pipeline: found package-docs, wanted annual-reports; limit: found 9, wanted 1',
    );
  });
});

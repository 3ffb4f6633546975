import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProcess } from './testing/command-process.js';
import { seedReports } from './testing/seed-reports.js';

const fast = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
};
/** Its batches stay at the provider for as long as the test looks. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '10' };
const run = 'run annual-reports --endpoint embeddings --run-id one'.split(' ');
const fullDisk = '/dev/full';
const whereDisksAreFull = existsSync(fullDisk) ? it : it.skip;

describe('output that goes away', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-output-'));
    await seedReports(join(cwd, '.batchmill'), 5);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('R2: stops a run as Ctrl-C does when nobody reads it any more', async () => {
    const running = CommandProcess.start(cwd, run, slow);
    await running.says('working in this process');
    running.hangUp();

    await expect(running.ends()).resolves.toBe(130);
    expect(running.said).toContain('It goes on with: batchmill run annual-reports --run-id one');
    expect(running.said).not.toContain('EPIPE');
  });

  it('R2: ends a command that only looks, without a word', async () => {
    const listing = CommandProcess.start(cwd, ['runs', 'list'], fast);
    listing.hangUp();

    await expect(listing.ends()).resolves.toBe(141);
    expect(listing.said).toBe('');
  });

  whereDisksAreFull(
    'R2: is done without when it goes to a full disk, and the run ends',
    async () => {
      const full = openSync(fullDisk, 'w');
      const running = CommandProcess.startInto(full, cwd, run, fast);

      await expect(running.ends()).resolves.toBe(1);
      closeSync(full);
      expect(running.said).toBe('the output cannot be written (ENOSPC): going on without it\n');
      const shown = CommandProcess.start(cwd, ['runs', 'show', 'one'], fast);
      await shown.ends();
      expect(shown.said).toMatch(/status +finished/);
    },
    240_000,
  );

  whereDisksAreFull(
    'R2: a log that cannot be written is done without',
    async () => {
      await symlink(fullDisk, join(cwd, '.batchmill', 'batchmill.log'));
      const running = CommandProcess.start(cwd, run, fast);

      await expect(running.ends()).resolves.toBe(0);
      expect(running.said).toMatch(/batchmill\.log cannot be written \(ENOSPC\): going on without it\n/);
      expect(running.said).toContain('documents 5 processed, 5 succeeded');
    },
    240_000,
  );
});

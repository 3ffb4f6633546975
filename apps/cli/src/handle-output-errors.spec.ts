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
/** Its batches stay at the provider for the whole test. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '10' };
const run = 'run annual-reports --endpoint embeddings --run-id one'.split(' ');
const fullDisk = '/dev/full';
const whereDisksAreFull = existsSync(fullDisk) ? it : it.skip;

describe('output that can no longer be written', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-output-'));
    await seedReports(join(cwd, '.batchmill'), 5);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  it('R2: stops a run as Ctrl-C does when its reader is gone', async () => {
    const running = CommandProcess.start(cwd, run, slow);
    await running.printed('working in this process');
    running.closeOutput();

    await expect(running.exit()).resolves.toBe(130);
    expect(running.output).toContain('Continue it with: batchmill run annual-reports --run-id one');
    expect(running.output).not.toContain('EPIPE');
  });

  it('R2: ends a command that only reads, without a message', async () => {
    const listing = CommandProcess.start(cwd, ['runs', 'list'], fast);
    listing.closeOutput();

    await expect(listing.exit()).resolves.toBe(141);
    expect(listing.output).toBe('');
  });

  whereDisksAreFull(
    'R2: is given up on a full disk, and the run continues to its end',
    async () => {
      const full = openSync(fullDisk, 'w');
      const running = CommandProcess.startInto(full, cwd, run, fast);

      await expect(running.exit()).resolves.toBe(1);
      closeSync(full);
      expect(running.output).toBe('the output cannot be written (ENOSPC): continuing without output\n');
      const shown = CommandProcess.start(cwd, ['runs', 'show', 'one'], fast);
      await shown.exit();
      expect(shown.output).toMatch(/status +finished/);
    },
    240_000,
  );

  whereDisksAreFull(
    'R2: a log that cannot be written is given up, and the run continues to its end',
    async () => {
      await symlink(fullDisk, join(cwd, '.batchmill', 'batchmill.log'));
      const running = CommandProcess.start(cwd, run, fast);

      await expect(running.exit()).resolves.toBe(0);
      expect(running.output).toMatch(/batchmill\.log cannot be written \(ENOSPC\): continuing without it\n/);
      expect(running.output).toContain('documents 5 processed, 5 succeeded');
    },
    240_000,
  );
});

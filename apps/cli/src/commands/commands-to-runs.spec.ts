import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { Runs } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
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
};
/** Its batches stay at the provider for as long as the test looks. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '10' };

describe('a wish when nobody is at work on the home', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-wish-'));
    await seedReports(join(cwd, '.batchmill'), 5);
    const run = 'run annual-reports --endpoint embeddings --run-id one'.split(' ');
    const worker = CommandProcess.start(cwd, run, slow);
    await worker.says('5 at the provider');
    worker.signal('SIGINT');
    await worker.ends();
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  const ask = async (args: string, env: Record<string, string>): Promise<{ code: unknown; said: string }> => {
    const asked = CommandProcess.start(cwd, args.split(' '), env);
    const code = await asked.ends();
    return { code, said: asked.said };
  };

  it('R2: a batch is cancelled at the provider by the command itself, and its run is left alone', async () => {
    const cancelled = await ask('batch cancel one.c1.b1', slow);

    expect(cancelled).toMatchObject({ code: 0, said: expect.stringContaining('nobody is at work on') });
    expect(cancelled.said).toContain('batch one.c1.b1: ingested, 0 of 5 requests answered');
    expect(cancelled.said).toContain('its run goes on with: batchmill run annual-reports --run-id one');
    expect((await ask('runs show one', slow)).said).toMatch(/status +running/);
    expect(cancelled.said).toContain('asked again by its run; batchmill runs cancel one ends that too');
    expect((await ask('batch cancel one.c1.b1', slow)).said).toContain('has ended already: cancelled');
  });

  it('R2: a batch is looked at by the command itself', async () => {
    const going = await ask('batch process one.c1.b1', slow);

    expect(going).toMatchObject({ code: 0, said: expect.stringContaining('nobody is at work on') });
    expect(going.said).toContain('batch one.c1.b1: submitted (in_progress), 0 of 5 requests answered');
  });

  it('R2: a run is cancelled by the command itself', async () => {
    const cancelled = await ask('runs cancel one', slow);

    expect(cancelled).toMatchObject({ code: 0, said: expect.stringMatching(/status +cancelled/) });
    expect((await ask('runs cancel one', slow)).said).toContain('run one has ended already: cancelled');
  });

  it('R10: a run is paused and resumed, and neither works on it', async () => {
    const paused = await ask('runs pause one', fast);

    expect(paused).toMatchObject({ code: 0, said: expect.stringContaining('runs resume one') });
    expect((await ask('runs pause one', fast)).said).toContain('run one is paused already, since 2');
    expect((await ask('runs show one', fast)).said).toMatch(/status +running\npaused +since 2/);
    expect((await ask('runs list', fast)).said).toMatch(/one .* paused /);

    const resumed = await ask('runs resume one', fast);

    expect(resumed.said).toContain('it goes on with: batchmill run annual-reports --run-id one');
    expect((await ask('runs show one --json', fast)).said).toContain('"pausedAt":null');
    expect((await ask('batch status one.c1.b1', fast)).said).toMatch(/status +submitted/);
  });

  it('R10: a run that has ended is neither paused nor resumed, and says so', async () => {
    await ask('runs cancel one', slow);

    for (const command of ['pause', 'resume']) {
      expect(await ask(`runs ${command} one`, slow)).toMatchObject({
        code: 0,
        said: expect.stringContaining('run one has ended already: cancelled'),
      });
    }
  });

  it('R2: cancelling a run does nothing for other runs that are unfinished, and spends nothing', async () => {
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    const runs = new Runs(store, new SystemClock());
    await runs.insert(runs.new('two', { pipeline: 'annual-reports', endpoint: 'inference' }, null)).apply([]);
    await store.close();

    await ask('runs cancel one', slow);

    expect((await ask('runs show one', slow)).said).toMatch(/status +cancelled/);
    expect((await ask('runs show two', slow)).said).toMatch(/status +requested/);
  });
});

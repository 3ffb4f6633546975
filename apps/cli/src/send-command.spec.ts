import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { Runs } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProcess } from './testing/command-process.js';
import { runBatchmill } from './testing/run-batchmill.js';
import { seedReports } from './testing/seed-reports.js';

const fast = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
};
/** Its batches stay at the provider for the whole test. */
const slow = { ...fast, BATCHMILL_SIMULATOR_TURNAROUND: '2h', BATCHMILL_SIMULATOR_SPEED: '10' };

describe('a command while no process is working on the home', () => {
  let folder: string;
  let cwd: string;
  /** A run that was stopped while its batch was at the provider. Each test has a copy of its home. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-send-command-'));
    const stopped = join(folder, 'stopped');
    await seedReports(join(stopped, '.batchmill'), 5);
    const args = 'run annual-reports --endpoint embeddings --run-id one'.split(' ');
    const worker = CommandProcess.start(stopped, args, slow);
    await worker.printed('5 at the provider');
    worker.signal('SIGINT');
    await worker.exit();
  });
  beforeEach(async () => {
    cwd = join(folder, 'home');
    await cp(join(folder, 'stopped'), cwd, { recursive: true });
    await runBatchmill(join(cwd, '.batchmill'), ['installation', 'take-over']);
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (args: string, env: Record<string, string>): Promise<{ code: unknown; output: string }> => {
    const command = CommandProcess.start(cwd, args.split(' '), env);
    const code = await command.exit();
    return { code, output: command.output };
  };

  const show = async (args: string): Promise<string> =>
    (await runBatchmill(join(cwd, '.batchmill'), args.split(' '))).out;

  it('R2: the command cancels a batch at the provider itself, and does not continue its run', async () => {
    const cancelled = await run('batch cancel one.c1.b1', slow);

    expect(cancelled).toMatchObject({ code: 0, output: expect.stringContaining('no other process works on') });
    expect(cancelled.output).toContain('batch one.c1.b1: ingested, 0 of 5 requests answered');
    expect(cancelled.output).toContain('continue its run with: batchmill run annual-reports --run-id one');
    expect(await show('runs show one')).toMatch(/status +running/);
    expect(cancelled.output).toContain(
      'its run retries the requests that were not answered; to stop those too: batchmill runs cancel one',
    );
    expect((await run('batch cancel one.c1.b1', slow)).output).toContain('has already ended: cancelled');
  });

  it.each([
    ['', /status +running/, 'its run requests the rest again'],
    [' --fail', /status +running/, 'batchmill run annual-reports --redo failed'],
  ])('X4: the command abandons a batch itself%s, and does not continue its run', async (flag, status, printed) => {
    const abandoned = await run(`batch abandon one.c1.b1${flag}`, slow);

    expect(abandoned).toMatchObject({ code: 0, output: expect.stringContaining('no other process works on') });
    expect(abandoned.output).toContain('batch one.c1.b1: ingested, 0 of 5 requests answered');
    expect(abandoned.output).toContain(printed);
    const shown = await show('runs show one');
    expect(shown).toMatch(status);
    expect(shown).toMatch(
      /lost +1 batch given up; the provider may still bill up to 5 requests \(their input: about <?\$/,
    );
    expect(await show('batch status one.c1.b1')).toContain('the batch was abandoned by command');
    expect((await run('batch abandon one.c1.b1', slow)).output).toContain('has already ended: lost');
  });

  it('R2: the command polls a batch itself', async () => {
    const processed = await run('batch process one.c1.b1', slow);

    expect(processed).toMatchObject({ code: 0, output: expect.stringContaining('no other process works on') });
    expect(processed.output).toContain('batch one.c1.b1: submitted (in_progress), 0 of 5 requests answered');
  });

  it('R2: the command cancels a run itself', async () => {
    const cancelled = await run('runs cancel one', slow);

    expect(cancelled).toMatchObject({ code: 0, output: expect.stringMatching(/status +cancelled/) });
    expect((await run('runs cancel one', slow)).output).toContain('run one has already ended: cancelled');
  });

  it('R10: a run is paused and resumed, and neither command works on it', async () => {
    const paused = await run('runs pause one', fast);

    expect(paused).toMatchObject({ code: 0, output: expect.stringContaining('runs resume one') });
    expect((await run('runs pause one', fast)).output).toContain('run one is already paused, since 2');
    expect(await show('runs show one')).toMatch(/status +running\n(?:waiting .*\n)?paused +since 2/);
    expect(await show('runs list')).toMatch(/one .* paused /);

    const resumed = await run('runs resume one', fast);

    expect(resumed.output).toContain('continue it with: batchmill run annual-reports --run-id one');
    expect(await show('runs show one --json')).toContain('"pausedAt":null');
    expect(await show('batch status one.c1.b1')).toMatch(/status +submitted/);
  });

  it('R10: a run that has ended is neither paused nor resumed, and the commands print that', async () => {
    await run('runs cancel one', slow);

    for (const command of ['pause', 'resume']) {
      expect(await run(`runs ${command} one`, slow)).toMatchObject({
        code: 0,
        output: expect.stringContaining('run one has already ended: cancelled'),
      });
    }
  });

  it('R10: with --json the result of a command is all that it prints on the standard output', async () => {
    const home = join(cwd, '.batchmill');
    const json = async (args: string): Promise<unknown> =>
      JSON.parse((await runBatchmill(home, [...args.split(' '), '--json'], slow)).out);

    expect(await json('runs pause one')).toMatchObject({ outcome: 'done', run: { runId: 'one', status: 'running' } });
    expect(await json('runs pause one')).toMatchObject({ outcome: 'unchanged' });
    expect(await json('runs resume one')).toMatchObject({ outcome: 'done', run: { pausedAt: null } });
    expect(await json('batch process one.c1.b1')).toMatchObject({
      outcome: 'done',
      batch: { batchId: 'one.c1.b1', totalRequests: 5 },
    });
    expect(await json('batch reprocess one.c1.b1')).toEqual({ outcome: 'unchanged', batches: [] });
  });

  it('R2: cancelling a run does not work on other unfinished runs, and spends nothing', async () => {
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    const runs = new Runs(store, new SystemClock());
    await runs.insert(runs.new('two', { pipeline: 'annual-reports', endpoint: 'inference' }, null)).apply([]);
    await store.close();

    await run('runs cancel one', slow);

    expect(await show('runs show one')).toMatch(/status +cancelled/);
    expect(await show('runs show two')).toMatch(/status +requested/);
  });
});

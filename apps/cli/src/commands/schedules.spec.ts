import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { Runs, Schedules } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill } from '../testing/run-batchmill.js';

const definition = (schedule: string): string => `
import { definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'nightly',
  source: { collection: 'notes' },
  embeddings: { text: 'text', vectors: { collection: 'notes' } },
  ${schedule}
});
`;

describe('batchmill schedules list', () => {
  let folder: string;
  let home: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-schedules-'));
    home = join(folder, 'home');
    process.env['BATCHMILL_PIPELINES'] = join(folder, 'pipelines');
    await mkdir(join(folder, 'pipelines', 'nightly'), { recursive: true });
  });
  afterEach(async () => {
    Reflect.deleteProperty(process.env, 'BATCHMILL_PIPELINES');
    await rm(folder, { recursive: true, force: true });
  });

  async function writePipeline(schedule: string): Promise<void> {
    await writeFile(join(folder, 'pipelines', 'nightly', 'nightly.pipeline.ts'), definition(schedule));
  }

  it('R3: shows each schedule with its next time and its last run, and that a process must be running', async () => {
    await writePipeline(`schedule: [{ cron: '0 3 1 1 *', timezone: 'Europe/Zurich' }, { cron: '30 4 * * *' }]`);
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const clock = new SystemClock();
    const [runs, schedules] = [new Runs(store, clock), new Schedules(store, clock)];
    const known = schedules.new({ pipeline: 'nightly', number: 1, cron: '0 3 1 1 *', timezone: 'UTC' }, clock.now());
    await schedules.insert({ ...known, lastRunId: 'nightly-s1-20250101-0200' }).apply([]);
    const last = runs.new('nightly-s1-20250101-0200', { pipeline: 'nightly' }, null);
    await runs.insert({ ...last, state: 'incomplete' }).apply([]);
    await store.close();

    const { out, code } = await runBatchmill(home, ['schedules', 'list']);
    const json = await runBatchmill(home, ['schedules', 'list', '--json']);

    expect(code).toBe(0);
    expect(out).toMatch(/nightly +1? *0 3 1 1 \* .*-01-01 02:00:00 +nightly-s1-20250101-0200 +incomplete/);
    expect(out).toMatch(/nightly +2? *30 4 \* \* \* .* 04:30:00 +none yet/);
    expect(out).toContain('scheduled runs start only while one is running');
    expect(JSON.parse(json.out)).toMatchObject([
      { pipeline: 'nightly', schedule: 1, timezone: 'Europe/Zurich', lastRun: { status: 'incomplete' } },
      { pipeline: 'nightly', schedule: 2, timezone: 'UTC', lastRun: null },
    ]);
  });

  it('R3: shows how to give a pipeline a schedule', async () => {
    await writePipeline('');

    expect((await runBatchmill(home, ['schedules', 'list'])).out).toContain('no pipeline has a schedule');
  });
});

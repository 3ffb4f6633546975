import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { Runs, Schedules } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askBatchmill } from '../testing/ask-batchmill.js';

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

  async function schedulesSaid(schedule: string): Promise<void> {
    await writeFile(join(folder, 'pipelines', 'nightly', 'nightly.pipeline.ts'), definition(schedule));
  }

  it('R3: shows each with its next time and its last run, and that somebody must be at work', async () => {
    await schedulesSaid(`schedule: [{ cron: '0 3 1 1 *', timezone: 'Europe/Zurich' }, { cron: '30 4 * * *' }]`);
    const store = EmbeddedStore.open({ file: join(home, 'state.db') });
    const clock = new SystemClock();
    const [runs, schedules] = [new Runs(store, clock), new Schedules(store, clock)];
    const known = schedules.new({ pipeline: 'nightly', number: 1, cron: '0 3 1 1 *', timezone: 'UTC' }, clock.now());
    await schedules.insert({ ...known, lastRunId: 'nightly-s1-20250101-0200' }).apply([]);
    const last = runs.new('nightly-s1-20250101-0200', { pipeline: 'nightly' }, null);
    await runs.insert({ ...last, state: 'incomplete' }).apply([]);
    await store.close();

    const { out, code } = await askBatchmill(home, ['schedules', 'list']);
    const json = await askBatchmill(home, ['schedules', 'list', '--json']);

    expect(code).toBe(0);
    expect(out).toMatch(/nightly +1? *0 3 1 1 \* .*-01-01 02:00:00 +nightly-s1-20250101-0200 +incomplete/);
    expect(out).toMatch(/nightly +2? *30 4 \* \* \* .* 04:30:00 +none yet/);
    expect(out).toContain('runs start while one is at work');
    expect(JSON.parse(json.out)).toMatchObject([
      { pipeline: 'nightly', schedule: 1, timezone: 'Europe/Zurich', lastRun: { status: 'incomplete' } },
      { pipeline: 'nightly', schedule: 2, timezone: 'UTC', lastRun: null },
    ]);
  });

  it('R3: says how a pipeline gets one', async () => {
    await schedulesSaid('');

    expect((await askBatchmill(home, ['schedules', 'list'])).out).toContain('no pipeline has a schedule');
  });
});

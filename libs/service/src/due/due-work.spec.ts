import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Batches, Claims, Notifications, Runs, Schedules } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { ManualClock, builtBatch } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DueWork, type DueWorkOfStage } from './due-work.js';

describe('due work', () => {
  let folder: string;
  let store: EmbeddedStore;
  let clock: ManualClock;
  let runs: Runs;
  let batches: Batches;
  let dueWork: DueWork;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-due-'));
    store = EmbeddedStore.open({ file: join(folder, 'state.db') });
    clock = new ManualClock();
    runs = new Runs(store, clock);
    batches = new Batches(store, clock);
    const others = [new Claims(store, clock), new Notifications(store, clock), new Schedules(store, clock)];
    dueWork = new DueWork([runs, batches, ...others], clock);
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function workOf(stage: string): Promise<DueWorkOfStage | undefined> {
    return (await dueWork.read()).find((each) => each.stage === stage);
  }
  const insertRun = (id: string): Promise<boolean> => runs.insert(runs.new(id, { pipeline: 'notes' }, null)).apply([]);

  it('S5: every stage that works on records has an entry, also without work', async () => {
    expect(await dueWork.read()).toEqual(
      ['batch-submitter', 'chunk-scanner', 'jsonl-builder', 'notifier', 'result-ingester', 'status-poller'].map(
        (stage) => ({ stage, due: 0, since: null, seconds: 0 }),
      ),
    );
  });

  it('S5: the work of a stage is the sum over its states, since its oldest record is due', async () => {
    const since = clock.now();
    await batches.insert({ ...batches.new(builtBatch), state: 'reprocessing' }).apply([]);
    clock.advance(90_500);
    await batches.insert({ ...batches.new({ ...builtBatch, number: 2 }), state: 'settled' }).apply([]);

    expect(await workOf('result-ingester')).toEqual({ stage: 'result-ingester', due: 2, since, seconds: 90 });
    expect((await workOf('batch-submitter'))?.due).toBe(0);
  });

  it('S5: the store is asked at most once a second', async () => {
    await insertRun('one');
    expect((await workOf('chunk-scanner'))?.due).toBe(1);
    await insertRun('two');
    clock.advance(999);

    expect((await workOf('chunk-scanner'))?.due).toBe(1);
    clock.advance(1);
    expect((await workOf('chunk-scanner'))?.due).toBe(2);
  });
});

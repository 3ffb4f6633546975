import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationError } from '@batchmill/contracts';
import { TestEngine } from '@batchmill/testing';
import { awaitRun } from '../index.js';

describe('waiting for a run', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [] });
  });
  afterEach(() => bundle.close());

  /** How often the batches were read. */
  let reports = 0;

  /** An engine with a run, for which a report takes a second for each time that it reads the batches. */
  async function openWithManyBatches(): Promise<void> {
    await bundle.close();
    reports = 0;
    bundle = await TestEngine.open({
      pipelines: [],
      ports: ({ store }) => {
        const collection = store.collection.bind(store);
        store.collection = ((name: string) => {
          const found = collection(name);
          const find = found.find.bind(found);
          if (name === 'batches') {
            found.find = (...args) => {
              reports += 1;
              bundle.clock.advance(1_000);
              return find(...args);
            };
          }
          return found;
        }) as typeof store.collection;
        return { store };
      },
    });
    const { runs } = bundle.engine;
    await runs.insert({ ...runs.new('nightly', { pipeline: 'notes' }, null), state: 'running' }).apply([]);
  }

  it('Y4: ends with the reason when this process cannot go on, as when the state was replaced', async () => {
    const { runs, readiness } = bundle.engine;
    await runs.insert(runs.new('nightly', { pipeline: 'notes' }, null)).apply([]);
    const reason = new ValidationError('installation.elsewhere', 'the state was replaced');

    const waiting = awaitRun(bundle.engine, 'nightly', {
      everyMs: 10,
      onProgress: () => readiness.markFatal('installation', reason),
    });

    await expect(waiting).rejects.toBe(reason);
  });

  it('R2: a report that takes long is made for a twentieth of the time, and again as soon as the run has ended', async () => {
    await openWithManyBatches();
    const { clock } = bundle.engine;
    let polls = 0;
    let perReport = 0;

    const ended = await awaitRun(bundle.engine, 'nightly', {
      everyMs: 1,
      onWaiting: () => {
        polls += 1;
        if (polls === 1) perReport = reports;
        if (polls === 5) expect(reports).toBe(perReport);
        if (polls === 6) bundle.clock.advance(60_000);
        if (polls === 10) {
          expect(reports).toBe(2 * perReport);
          void bundle.engine.store
            .collection('runs')
            .updateOne({ _id: 'nightly' }, { $set: { state: 'finished', finishedAt: clock.now() } });
        }
      },
    });

    expect(ended?.status).toBe('finished');
    expect(reports).toBeGreaterThan(2 * perReport);
  });

  it('R2: the last report is made after the process that works on the run has stopped, however soon after another', async () => {
    await openWithManyBatches();
    let polls = 0;
    const atPolls: number[] = [];

    const last = await awaitRun(bundle.engine, 'nightly', {
      everyMs: 1,
      isWorkedOn: () => polls < 3,
      onWaiting: () => (polls += 1),
      onProgress: () => atPolls.push(polls),
    });

    expect(last?.status).toBe('running');
    expect(atPolls).toEqual([1, 4]);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline } from '@batchmill/pipeline';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually } from '@batchmill/testing';
import { manyNotes } from './notes-pipeline.js';
import { endOf, requestResume, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const pipeline = definePipeline({
  name: 'notes',
  source: { collection: 'notes', parentIdField: 'note' },
  inference: { functions: [chat({ name: 'summary', model: 'gpt-4o-mini', user: '{{ text }}' })] },
  batch: { batchSize: 10 },
});

describe('a run whose batches mostly fail', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(settings: { breakerBatches: number; trialDocuments?: number }): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [pipeline],
      settings: { maxWaitingBatches: 1, ...settings },
      work: { concurrency: 1 },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(100));
    await bundle.start(stages);
  }

  const paused = (): Promise<Run> =>
    eventually('the pause', async () => {
      const run = await bundle.engine.runs.get('r');
      return run?.pausedAt == null ? null : run;
    });

  it('M4: is paused with the reason, before the rest is paid, and goes on when it is resumed', async () => {
    await opened({ breakerBatches: 2 });
    await injectFaults(bundle, { on: 'line', what: 'refusal' });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });

    const run = await paused();

    expect(run.pauseReason).toMatch(
      /^20 of 20 requests of the last 2 batches failed \(provider\.refusal: .*\); correct/,
    );
    await injectFaults(bundle);
    const { requests } = await ledgerOf(bundle);
    expect(requests).toBeLessThan(60);
    await requestResume(bundle, 'r');
    const ended = await endOf(bundle, 'r');
    expect(ended.state).toBe('finished');
    expect(ended.totals?.documents.succeeded).toBeGreaterThanOrEqual(40);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 100, ...nothingTwiceNothingLeft });
  });

  it('M4: is paused when its trial mostly fails', async () => {
    bundle = await TestEngine.open({
      pipelines: [{ ...pipeline, batch: { batchSize: 50 } }],
      settings: { breakerBatches: 3, trialDocuments: 10 },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(100));
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'refusal' });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });

    const run = await paused();

    expect(run.pauseReason).toMatch(/^10 of 10 requests of the first batch failed/);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10 });
  });

  it('M4: is not paused where the breaker is off', async () => {
    await opened({ breakerBatches: 0 });
    await injectFaults(bundle, { on: 'line', what: 'refusal' });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { failed: 100 } } });
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import { reportRun } from '@batchmill/service';
import { TestEngine, eventually } from '@batchmill/testing';
import type { Batch } from '@batchmill/records';
import { manyNotes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const trialWaitMs = 600_000;

/** gpt-5-mini takes no `max_tokens`, which is sent because the pipeline says that it is another model. */
function pipelineOf({ baseModel }: { baseModel: string }): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: { functions: [chat({ name: 'summary', model: 'gpt-5-mini', baseModel, user: '{{ text }}' })] },
    batch: { batchSize: 20 },
  });
}

describe('the trial of a run', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(count: number, baseModel = 'gpt-5-mini'): Promise<void> {
    bundle = await TestEngine.open({
      pipelines: [pipelineOf({ baseModel })],
      settings: { trialDocuments: 3, trialWaitMs },
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const countOf = (status: string): Promise<number> =>
    bundle.engine.documentStore.collection('notes').count({ ai_status: status });
  const batches = (): Promise<Batch[]> => Array.fromAsync(bundle.engine.batches.ofRun('r'));
  const requestsPerBatch = async (): Promise<number[]> => {
    return (await batches()).map(({ requests }) => requests).sort((one, other) => one - other);
  };

  const awaitsTrial = async (): Promise<boolean> => {
    const run = await bundle.engine.runs.get('r');
    return run !== null && (await reportRun(bundle.engine, run)).progress.awaitsTrial;
  };

  it('Y5: a field that the model refuses fails a few documents: the run is stopped and says so, the others stay pending', async () => {
    await opened(50, 'gpt-4o');

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run.state).toBe('incomplete');
    expect(run.reason).toMatch(
      /^the provider refused all 3 requests of the first batch r\.c1\.b1 \(.*unsupported_parameter: max_tokens\)\), so nothing more was sent/,
    );
    expect(await requestsPerBatch()).toEqual([3]);
    expect(await countOf('failed')).toBe(3);
    expect(await bundle.engine.documentStore.collection('notes').count({ ai_status: { $exists: false } })).toBe(47);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 0, ...nothingTwiceNothingLeft });
  });

  it.each(['named', 'refused'] as const)(
    'Y5: the run is stopped too when each line fails its batch (%s)',
    async (what) => {
      await opened(50);
      await injectFaults(bundle, { on: 'input-line', what });

      const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

      expect(run.state).toBe('incomplete');
      expect(run.reason).toMatch(/^the provider refused all 3 requests of the first batch r\.c1\.b1 /);
      expect(await countOf('failed')).toBe(3);
      expect(await bundle.engine.documentStore.collection('notes').count({ ai_status: { $exists: false } })).toBe(47);
    },
  );

  it('Y5: a trial of which one line fails its batch holds nothing up once another one is answered', async () => {
    await opened(50);
    await injectFaults(bundle, { on: 'input-line', what: 'refused', match: 'n00001' });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 49, failed: 1 } } });
  });

  it('Y5: when the trial is answered, the rest is sent in batches of the usual size', async () => {
    await opened(50);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run).toMatchObject({ state: 'finished', reason: null, totals: { documents: { succeeded: 50, failed: 0 } } });
    expect(await requestsPerBatch()).toEqual([3, 7, 20, 20]);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 50, ...nothingTwiceNothingLeft });
  });

  it('Y5: a trial that comes back without an answer holds nothing up, since its requests are retried', async () => {
    await opened(50);
    await injectFaults(bundle, { on: 'batch', what: 'expire', value: 0, times: 1 });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 50, failed: 0 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 50, ...nothingTwiceNothingLeft });
  });

  it.each([
    ['no more documents than one batch holds', 20, undefined],
    ['a limit of one batch', 50, 20],
  ])('Y5: a run with %s has no trial', async (_, count, limit) => {
    await opened(count);

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', ...(limit !== undefined && { limit }) });

    expect(await requestsPerBatch()).toEqual([20]);
  });

  it('Y5: a trial that gets no answer holds up the rest for its time only', async () => {
    await opened(50);
    await injectFaults(bundle, { on: 'batch', what: 'delay', value: 86_000, times: 1 });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    const submitted = await eventually('the trial is at the provider', async () => {
      const [trial] = await batches();
      return trial?.state === 'submitted' && trial;
    });
    await bundle.engine.runs.requestResume('r', bundle.engine.clock.now()); // makes it look again at once
    const before = await requestsPerBatch();
    await eventually('the run says what it waits for', () => awaitsTrial());

    bundle.clock.advance(trialWaitMs);
    const after = await eventually('the rest is built', async () => {
      const requests = await requestsPerBatch();
      return requests.length === 4 && requests;
    });
    const trialNow = await bundle.engine.batches.get(submitted._id);

    expect(await awaitsTrial()).toBe(false);
    expect(before).toEqual([3]);
    expect(after).toEqual([3, 7, 20, 20]);
    expect(trialNow?.state).toBe('submitted');
  });

  it('Y5: a run that waits for its trial can be cancelled, and the rest stays pending', async () => {
    await opened(50);
    await injectFaults(bundle, { on: 'batch', what: 'delay', value: 86_000, times: 1 });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('the trial is at the provider', async () => {
      const [trial] = await batches();
      return trial?.state === 'submitted';
    });

    await bundle.engine.runs.requestCancel('r');

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled' });
    expect(await requestsPerBatch()).toEqual([3]);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import type { Batch } from '@batchmill/records';
import { TestEngine, eventually, type TestEngineOptions } from '@batchmill/testing';
import { manyNotes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const hours = { turnaround: { kind: 'fixed', seconds: 36_000 } } as const;

function pipelineOf(fields: Partial<PipelineDefinition> = {}): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    embeddings: {
      model: 'text-embedding-3-small',
      dimensions: 8,
      text: 'text',
      status: { field: 'embedding_status' },
      vectors: { collection: 'notes' },
    },
    inference: {
      functions: [chat({ name: 'summary', model: 'gpt-4.1-nano', maxTokens: 40, user: 'Summarize: {{ text }}' })],
    },
    batch: { batchSize: 20 },
    ...fields,
  });
}

describe('a deadline', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(count: number, options: Partial<TestEngineOptions> = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipelineOf()], simulator: hours, ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
  }

  const batches = (): Promise<Batch[]> => Array.fromAsync(bundle.engine.batches.ofRun('r'));
  async function expectBooks(): Promise<void> {
    const ledger = await ledgerOf(bundle);
    const entries = await Array.fromAsync(bundle.engine.ledger.entries());
    const sum = (of: (entry: (typeof entries)[number]) => number): number =>
      entries.reduce((all, one) => all + of(one), 0);
    expect({
      nanoUsd: sum(({ cost }) => cost.nanoUsd),
      inputTokens: sum(({ tokens }) => tokens.input),
      outputTokens: sum(({ tokens }) => tokens.output),
    }).toEqual({ nanoUsd: ledger.nanoUsd, inputTokens: ledger.inputTokens, outputTokens: ledger.outputTokens });
  }

  it.each(['embeddings', 'inference'] as const)(
    'M6: what the batches would miss is sent synchronously: %s',
    async (endpoint) => {
      await opened(50);

      const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint, deadline: '2m' });

      const ledger = await ledgerOf(bundle);
      expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 50, failed: 0 } } });
      expect(ledger.batches).toEqual([]);
      expect(ledger.synchronous.requests).toBe(endpoint === 'embeddings' ? 3 : 50);
      expect(run.totals?.cost).toMatchObject({ nanoUsd: ledger.nanoUsd, synchronousNanoUsd: ledger.nanoUsd });
      await expectBooks();
    },
  );

  it('M6: a batch that would be late is cancelled, its answers are kept, and only the rest is sent', async () => {
    await opened(50);
    await injectFaults(bundle, { on: 'batch', what: 'stall', value: 40 });
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference', deadline: '30m' });
    await eventually(
      'the batches at the provider',
      async () => (await batches()).filter(({ state }) => state === 'submitted').length === 3,
    );
    await eventually('some answers', async () =>
      (await batches()).every(({ provider }) => (provider?.counts.completed ?? 0) > 0),
    );

    bundle.clock.advance(29 * 60_000);
    const run = await endOf(bundle, 'r');

    const ledger = await ledgerOf(bundle);
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 50 } } });
    expect(ledger).toMatchObject({ requests: 50, ...nothingTwiceNothingLeft });
    // Of each batch some are answered.
    expect(ledger.synchronous.requests).toBeGreaterThan(0);
    expect(ledger.synchronous.requests).toBeLessThanOrEqual(47);
    await expectBooks();
  });

  it('M6: the extra price is said before, and is what it costs', async () => {
    await opened(50);

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', deadline: '2m' });

    const announced = (await batches()).reduce((sum, { synchronous }) => sum + (synchronous?.announcedNanoUsd ?? 0), 0);
    const ledger = await ledgerOf(bundle);
    expect(announced / (ledger.nanoUsd / 2)).toBeCloseTo(1, 1);
  });

  it('M6: a deadline that leaves time is met by batches alone', async () => {
    await opened(50, { simulator: { turnaround: { kind: 'fixed', seconds: 5 } } });

    await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference', deadline: '2h' });

    expect((await ledgerOf(bundle)).synchronous.requests).toBe(0);
  });

  it('M6: a call for many inputs that is refused is sent again in halves, so that those that are right are answered', async () => {
    await opened(0);
    const notes = manyNotes(9);
    await bundle.engine.documentStore.collection('notes').insertMany(notes);
    await injectFaults(bundle, { on: 'synchronous', what: 'status', value: 400, times: 1 });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', deadline: '2m' });

    expect(run.totals?.documents).toMatchObject({ succeeded: 9, failed: 0 });
    await expectBooks();
  });

  it('M6: an answer that is lost on its way is booked at the most, and requested again', async () => {
    await opened(3);
    await injectFaults(bundle, { on: 'synchronous', what: 'drop-answer', times: 1 });

    const run = await runToTheEnd(bundle, {
      runId: 'r',
      pipeline: 'notes',
      endpoint: 'inference',
      deadline: '2m',
      maxUsd: 1,
    });

    const ledger = await ledgerOf(bundle);
    const spending = await bundle.engine.spendings.get({ of: 'run', runId: 'r' });
    expect(run.totals?.documents).toMatchObject({ succeeded: 3 });
    expect(ledger.synchronous.requests).toBe(4);
    expect(spending?.committed).toBeGreaterThanOrEqual(ledger.nanoUsd);
  });

  it('M4: a spending limit counts more than a deadline', async () => {
    await opened(3);

    await requestRun(bundle, {
      runId: 'r',
      pipeline: 'notes',
      endpoint: 'embeddings',
      deadline: '2m',
      maxUsd: 0.000001,
    });

    await eventually('a batch at the provider', async () =>
      (await batches()).some(({ state }) => state === 'submitted'),
    );
    expect((await ledgerOf(bundle)).synchronous.requests).toBe(0);
  });

  it('M6: requests that the provider did not carry out are sent again by the same batch, at no attempt', async () => {
    await opened(5);
    await injectFaults(bundle, { on: 'synchronous', what: 'status', value: 401, times: 3 });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', deadline: '2m' });

    const [batch, ...others] = await batches();
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5 } } });
    expect(others).toEqual([]);
    expect(batch).toMatchObject({ synchronous: { unclear: 0 }, ingestion: { succeeded: 5, retried: 0 } });
  });

  it('M4: a batch that the limit keeps in the queue is not taken out of it again', async () => {
    await opened(3, { simulator: { turnaround: { kind: 'fixed', seconds: 2_000 } } });

    const request = {
      runId: 'r',
      pipeline: 'notes',
      endpoint: 'embeddings',
      deadline: '2m',
      maxUsd: 0.000002,
    } as const;
    const run = await runToTheEnd(bundle, request);

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3 } } });
    expect((await ledgerOf(bundle)).batches.map(({ status }) => status)).toEqual(['completed']);
  });

  it('M6: a deadline in the past is refused', async () => {
    await opened(3);

    const run = await runToTheEnd(bundle, {
      runId: 'r',
      pipeline: 'notes',
      endpoint: 'inference',
      deadline: '2020-01-01T00:00:00Z',
    });

    expect(run).toMatchObject({
      state: 'rejected',
      reason: expect.stringMatching(/^the deadline of the run: found 2020/),
    });
  });
});

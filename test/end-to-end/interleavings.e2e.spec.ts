import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { TestEngine, eventually } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, askToCancel, endOf, runToTheEnd } from './runs.js';

describe('interleavings', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    bundle = await TestEngine.open({ pipelines: [notes], ...options });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    await bundle.start(stages);
    return bundle;
  }

  async function ledger(): Promise<{ requests: number; twice: unknown[] }> {
    return (await (await fetch(`${bundle.simulator.url}/admin/ledger`)).json()) as {
      requests: number;
      twice: unknown[];
    };
  }

  it('interleaving 10: a batch larger than the learned limit is built anew, smaller, and every document is done', async () => {
    await opened(20, { simulator: { enqueuedTokenLimits: { 'text-embedding-3-small': 120 } } });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 20, failed: 0, left: 0 } } });
    expect(await ledger()).toMatchObject({ requests: 20, twice: [] });
  });

  it('interleaving 15: embeddings and inference on the same documents at once do not touch each other', async () => {
    const { engine } = await opened(15);
    await askForRun(bundle, { runId: 'e', pipeline: 'notes', endpoint: 'embeddings' });
    await askForRun(bundle, { runId: 'i', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });

    const ended = await Promise.all([endOf(bundle, 'e'), endOf(bundle, 'i')]);

    expect(ended.map(({ totals }) => totals?.documents.succeeded)).toEqual([15, 15]);
    for await (const note of engine.documentStore.collection('notes').find({})) {
      expect(note).toMatchObject({ embedding_status: 'completed', ai_status: 'completed' });
      expect(note['answers']).toHaveLength(1);
    }
    expect(await ledger()).toMatchObject({ requests: 30, twice: [] });
  });

  it('R7 interleaving 16: two runs that want the same documents share them, and none is asked twice', async () => {
    const { engine } = await opened(40);
    await askForRun(bundle, { runId: 'one', pipeline: 'notes', endpoint: 'embeddings' });
    await askForRun(bundle, { runId: 'two', pipeline: 'notes', endpoint: 'embeddings' });

    const ended = await Promise.all([endOf(bundle, 'one'), endOf(bundle, 'two')]);

    const succeeded = ended.map(({ totals }) => totals?.documents.succeeded ?? 0);
    expect(succeeded[0]! + succeeded[1]!).toBe(40);
    expect(await engine.vectors.count('notes')).toBe(40);
    expect(await ledger()).toMatchObject({ requests: 40, twice: [] });
  });

  it('interleaving 18: a wish to cancel that comes before its request holds when the request comes', async () => {
    await opened(10);

    await askToCancel(bundle, 'early');
    await eventually('the awaited run', () => bundle.engine.runs.get('early'));
    const run = await runToTheEnd(bundle, { runId: 'early', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.state).toBe('cancelled');
    expect(await ledger()).toMatchObject({ requests: 0 });
  });

  it('interleaving 18: a run that is cancelled at the provider keeps what was answered, and the rest is pending', async () => {
    const { engine } = await opened(30, { simulator: { turnaround: { kind: 'fixed', seconds: 3600 }, speed: 100 } });
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('batches at the provider', async () => (await engine.batches.countIn('submitted')) === 3);

    await askToCancel(bundle, 'r');
    const run = await endOf(bundle, 'r');

    const documents = engine.documentStore.collection('notes');
    const done = await documents.count({ embedding_status: 'completed' });
    expect(run).toMatchObject({ state: 'cancelled', totals: { documents: { succeeded: done, left: 30 - done } } });
    expect(await documents.count({ embedding_status: 'pending' })).toBe(30 - done);
    expect(await engine.vectors.count('notes')).toBe(done);
  });

  it('interleaving 8: the answer to create is lost, and the batch is adopted, not submitted again', async () => {
    await opened(10, { settings: { armMs: 300, staleListMs: 100 } });
    await fault({ on: 'batches.create', what: 'drop-answer', times: 1 });

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    expect(run.totals?.documents.succeeded).toBe(10);
    expect(await ledger()).toMatchObject({ requests: 10, twice: [], batches: [expect.anything()] });
  });

  async function fault(rule: Record<string, unknown>): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify([rule]);
    const response = await fetch(`${bundle.simulator.url}/admin/faults`, { method: 'PUT', headers, body });
    expect(response.status).toBe(200);
  }
});

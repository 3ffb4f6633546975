import { afterEach, describe, expect, it } from '@jest/globals';
import { drainingStages, stages } from '@batchmill/all-in-one';
import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilderModule } from '@batchmill/jsonl-builder';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, requestCancel, requestPause, requestResume, endOf } from './runs.js';
import { DuplicatingBus } from './duplicating-bus.js';

/** Batches stay at the provider until the test advances the provider’s clock. */
const slow = { turnaround: { kind: 'fixed', seconds: 3600 }, speed: 0 } as const;

describe('a paused run', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    bundle = await TestEngine.open({
      pipelines: [notes],
      ports: ({ bus }) => ({ bus: new DuplicatingBus(bus) }),
      ...options,
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  const isPaused = (): Promise<Run> =>
    eventually('the pause', async () => {
      const run = await bundle.engine.runs.get('r');
      return run?.pausedAt != null && run;
    });
  const atProvider = (count: number): Promise<boolean> =>
    eventually(`${count} at the provider`, async () => (await submitted()) === count);
  const submitted = (): Promise<number> => bundle.engine.batches.countIn('submitted');
  const inProgress = (): Promise<number> =>
    bundle.engine.documentStore.collection('notes').count({ embedding_status: 'in_progress' });

  async function ledger(): Promise<{ requests: number; twice: unknown[]; batches: unknown[] }> {
    const response = await fetch(`${bundle.simulator.url}/admin/ledger`);
    return (await response.json()) as Awaited<ReturnType<typeof ledger>>;
  }

  /** Advances the provider’s clock by two hours, so that its batches complete. */
  async function completeBatches(): Promise<void> {
    const body = JSON.stringify({ advanceSeconds: 7200 });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${bundle.simulator.url}/admin/clock`, { method: 'POST', headers, body });
  }

  it('R10: a paused run ingests what is at the provider, starts nothing new, and finishes once it is resumed', async () => {
    const { engine } = await opened(50, { simulator: slow, settings: { maxWaitingBatches: 2 } });
    // The scan waits: two batches are built and none is sent.
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('two batches', async () => (await engine.batches.countIn('built')) === 2);
    await stop();
    const stopSending = await bundle.start([BatchSubmitterModule, ...drainingStages]);
    await atProvider(2);
    await stopSending();

    await engine.runs.requestPause('r', bundle.clock.now());
    await bundle.start(stages);
    await completeBatches();
    await eventually('their results to be ingested', async () => (await engine.batches.countIn('ingested')) >= 2);

    expect(await engine.documentStore.collection('notes').count({ embedding_status: 'completed' })).toBe(20);
    expect(await storedRecords(engine.store).claims.count({ runId: 'r' })).toBe(2);
    expect((await engine.runs.get('r'))?.state).toBe('running');

    await requestResume(bundle, 'r');
    await eventually('the rest to be sent', async () => {
      await completeBatches();
      return (await engine.runs.get('r'))?.state === 'finished';
    });
    expect((await endOf(bundle, 'r')).totals?.documents).toMatchObject({ succeeded: 50, failed: 0, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 50, twice: [] });
  });

  it('R10: a paused run claims, builds and submits nothing in any stage, also after a restart', async () => {
    const { engine } = await opened(30);
    await requestPause(bundle, 'r');
    const stop = await bundle.start(stages);
    await isPaused();
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the run to begin', async () => (await engine.runs.get('r'))?.state === 'running');
    await requestRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'other');
    await stop();
    await bundle.start(stages);
    await requestRun(bundle, { runId: 'third', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'third');

    expect(await storedRecords(engine.store).claims.count({ runId: 'r' })).toBe(0);
    expect(await inProgress()).toBe(0);

    await requestResume(bundle, 'r');

    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(30);
  });

  it.each([
    ['sealed', [ChunkScannerModule], { claims: 3, batches: 0 }],
    ['built', [ChunkScannerModule, JsonlBuilderModule], { claims: 3, batches: 3 }],
  ] as const)(
    'R10: %s work of a paused run stays as it is until the run is resumed',
    async (state, before, { claims, batches }) => {
      const { engine } = await opened(30);
      const stop = await bundle.start(before);
      await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
      const { claims: storedClaims, batches: storedBatches } = storedRecords(engine.store);
      const stored = state === 'sealed' ? storedClaims : storedBatches;
      await eventually(`three ${state}`, async () => (await stored.count({ runId: 'r', state })) === 3);
      await requestPause(bundle, 'r');
      await isPaused();
      await stop();

      await bundle.start(stages);
      // Another run passes through the same stages meanwhile.
      await requestRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
      await endOf(bundle, 'other');

      expect(await storedRecords(engine.store).claims.count({ runId: 'r' })).toBe(claims);
      expect(await storedRecords(engine.store).batches.count({ runId: 'r' })).toBe(batches);
      expect(await storedRecords(engine.store).batches.count({ runId: 'r', state: { $ne: 'built' } })).toBe(0);
      expect((await ledger()).requests).toBe(30);

      await requestResume(bundle, 'r');
      expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(30);
      expect(await ledger()).toMatchObject({ requests: 60, twice: [] });
    },
    600_000,
  );

  it('R10: a paused run retries no failed request until it is resumed', async () => {
    const { engine } = await opened(10);
    await fault([{ on: 'line', what: 'status', value: 500, rate: 1 }]);
    const stop = await bundle.start(stages.filter((stage) => stage !== ChunkScannerModule));
    const stopScanning = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the first claim', async () => (await engine.claims.get('r.c1'))?.state === 'built');
    await stopScanning();
    await eventually('its answers', async () => (await engine.batches.get('r.c1.b1'))?.state === 'ingested');
    await stop();
    await fault([]);
    await engine.runs.requestPause('r', bundle.clock.now());

    await bundle.start(stages);
    await requestRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'other');

    expect(await storedRecords(engine.store).claims.count({ runId: 'r' })).toBe(1);
    await requestResume(bundle, 'r');
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(10);
  });

  it('R10: a paused run can be cancelled like any other run', async () => {
    const { engine } = await opened(30);
    const stop = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('three claims', async () => (await engine.claims.countOfRun('r', 'sealed')) === 3);
    await requestPause(bundle, 'r');
    await isPaused();
    await stop();

    await bundle.start(stages);
    await requestCancel(bundle, 'r');

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled', totals: { documents: { left: 30 } } });
    expect(await ledger()).toMatchObject({ requests: 0 });
  });

  async function fault(rules: readonly Record<string, unknown>[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(rules);
    await fetch(`${bundle.simulator.url}/admin/faults`, { method: 'PUT', headers, body });
  }
});

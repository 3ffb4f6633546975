import { afterEach, describe, expect, it } from '@jest/globals';
import { homeboundStages, stages } from '@batchmill/all-in-one';
import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilderModule } from '@batchmill/jsonl-builder';
import type { Run } from '@batchmill/records';
import { TestLine, eventually } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, askToCancel, askToPause, askToResume, endOf } from './runs.js';
import { TwiceBus } from './twice-bus.js';

/** Batches stay at the provider until the test lets them go. */
const slow = { turnaround: { kind: 'fixed', seconds: 3600 }, speed: 0 } as const;

describe('a paused run', () => {
  let bundle: TestLine;
  afterEach(() => bundle.close());

  async function opened(count: number, options: Partial<Parameters<typeof TestLine.open>[0]> = {}): Promise<TestLine> {
    bundle = await TestLine.open({ pipelines: [notes], ports: ({ bus }) => ({ bus: new TwiceBus(bus) }), ...options });
    await bundle.line.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  const isPaused = (): Promise<Run> =>
    eventually('the pause', async () => {
      const run = await bundle.line.runs.get('r');
      return run?.pausedAt != null && run;
    });
  const atProvider = (count: number): Promise<boolean> =>
    eventually(`${count} at the provider`, async () => (await submitted()) === count);
  const submitted = (): Promise<number> => bundle.line.batches.count({ state: 'submitted' });
  const inProgress = (): Promise<number> =>
    bundle.line.documentStore.collection('notes').count({ embedding_status: 'in_progress' });

  async function ledger(): Promise<{ requests: number; twice: unknown[]; batches: unknown[] }> {
    const response = await fetch(`${bundle.simulator.url}/admin/ledger`);
    return (await response.json()) as Awaited<ReturnType<typeof ledger>>;
  }

  /** The provider's hours pass. */
  async function letGo(): Promise<void> {
    const body = JSON.stringify({ advanceSeconds: 7200 });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${bundle.simulator.url}/admin/clock`, { method: 'POST', headers, body });
  }

  it('R10: brings home what is at the provider, begins nothing new, and finishes once it is resumed', async () => {
    const { line } = await opened(50, { simulator: slow, settings: { maxWaitingBatches: 2 } });
    // The scan waits: two batches are built and none is sent.
    const stop = await bundle.start([ChunkScannerModule, JsonlBuilderModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('two batches', async () => (await line.batches.count({ state: 'built' })) === 2);
    await stop();
    const stopSending = await bundle.start([BatchSubmitterModule, ...homeboundStages]);
    await atProvider(2);
    await stopSending();

    await line.runs.wishPause('r', bundle.clock.now());
    await bundle.start(stages);
    await letGo();
    await eventually('them at home', async () => (await line.batches.count({ state: 'ingested' })) >= 2);

    expect(await line.documentStore.collection('notes').count({ embedding_status: 'completed' })).toBe(20);
    expect(await line.claims.count({ runId: 'r' })).toBe(2);
    expect((await line.runs.get('r'))?.state).toBe('running');

    await askToResume(bundle, 'r');
    await eventually('the rest to be sent', async () => {
      await letGo();
      return (await line.runs.get('r'))?.state === 'finished';
    });
    expect((await endOf(bundle, 'r')).totals?.documents).toMatchObject({ succeeded: 50, failed: 0, left: 0 });
    expect(await ledger()).toMatchObject({ requests: 50, twice: [] });
  });

  it('R10: claims, builds and sends nothing, whichever stage comes to it, also after a restart', async () => {
    const { line } = await opened(30);
    await askToPause(bundle, 'r');
    const stop = await bundle.start(stages);
    await isPaused();
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the run to begin', async () => (await line.runs.get('r'))?.state === 'running');
    await askForRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'other');
    await stop();
    await bundle.start(stages);
    await askForRun(bundle, { runId: 'third', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'third');

    expect(await line.claims.count({ runId: 'r' })).toBe(0);
    expect(await inProgress()).toBe(0);

    await askToResume(bundle, 'r');

    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(30);
  });

  it.each([
    ['sealed', [ChunkScannerModule], { claims: 3, batches: 0 }],
    ['built', [ChunkScannerModule, JsonlBuilderModule], { claims: 3, batches: 3 }],
  ] as const)(
    'R10: what is %s stays so until the run is resumed',
    async (state, before, { claims, batches }) => {
      const { line } = await opened(30);
      const stop = await bundle.start(before);
      await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
      const records = state === 'sealed' ? line.claims : line.batches;
      await eventually(`three ${state}`, async () => (await records.count({ runId: 'r', state })) === 3);
      await askToPause(bundle, 'r');
      await isPaused();
      await stop();

      await bundle.start(stages);
      // Another run goes through the same stages meanwhile.
      await askForRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
      await endOf(bundle, 'other');

      expect(await line.claims.count({ runId: 'r' })).toBe(claims);
      expect(await line.batches.count({ runId: 'r' })).toBe(batches);
      expect(await line.batches.count({ runId: 'r', state: { $ne: 'built' } })).toBe(0);
      expect((await ledger()).requests).toBe(30);

      await askToResume(bundle, 'r');
      expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(30);
      expect(await ledger()).toMatchObject({ requests: 60, twice: [] });
    },
    240_000,
  );

  it('R10: does not ask again what failed until it is resumed', async () => {
    const { line } = await opened(10);
    await fault([{ on: 'line', what: 'status', value: 500, rate: 1 }]);
    const stop = await bundle.start(stages.filter((stage) => stage !== ChunkScannerModule));
    const stopScanning = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the first claim', async () => (await line.claims.get('r.c1'))?.state === 'built');
    await stopScanning();
    await eventually('its answers', async () => (await line.batches.get('r.c1.b1'))?.state === 'ingested');
    await stop();
    await fault([]);
    await line.runs.wishPause('r', bundle.clock.now());

    await bundle.start(stages);
    await askForRun(bundle, { runId: 'other', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await endOf(bundle, 'other');

    expect(await line.claims.count({ runId: 'r' })).toBe(1);
    await askToResume(bundle, 'r');
    expect((await endOf(bundle, 'r')).totals?.documents.succeeded).toBe(10);
  });

  it('R10: is cancelled as any other', async () => {
    const { line } = await opened(30);
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('three claims', async () => (await line.claims.count({ runId: 'r', state: 'sealed' })) === 3);
    await askToPause(bundle, 'r');
    await isPaused();
    await stop();

    await bundle.start(stages);
    await askToCancel(bundle, 'r');

    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'cancelled', totals: { documents: { left: 30 } } });
    expect(await ledger()).toMatchObject({ requests: 0 });
  });

  async function fault(rules: readonly Record<string, unknown>[]): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(rules);
    await fetch(`${bundle.simulator.url}/admin/faults`, { method: 'PUT', headers, body });
  }
});

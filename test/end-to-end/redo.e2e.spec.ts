import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { definePipeline } from '@batchmill/pipeline';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, endOf, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf } from './simulated-provider.js';
import { DuplicatingBus } from './duplicating-bus.js';
import { scannerOn } from './stage-on.js';

const answers = { pipeline: 'notes', endpoint: 'inference' as const, functions: ['summary', 'qa'] };
const embed = { pipeline: 'notes', endpoint: 'embeddings' } as const;

/** The same pipeline with a query that names the status. */
const pendingNotes = definePipeline({
  ...notes,
  name: 'pending-notes',
  source: { collection: 'notes', queryTemplate: { $and: [{ topic: 'rivers' }, { ai_status: 'pending' }] } },
});

describe('a run that redoes documents', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    const ports = { ports: ({ bus }: { bus: DuplicatingBus['bus'] }) => ({ bus: new DuplicatingBus(bus) }) };
    bundle = await TestEngine.open({
      pipelines: [notes, pendingNotes],
      ...ports,
      ...options,
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  const documents = () => bundle.engine.documentStore.collection('notes');

  it('R10: a redo of failed documents requests only the functions that failed, with their attempts counted from zero; existing answers stay', async () => {
    await opened(10);
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, match: 'qa_1' });
    const first = await runToTheEnd(bundle, { runId: 'first', ...answers });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, match: 'qa_1', times: 10 });

    const again = await runToTheEnd(bundle, { runId: 'again', ...answers, redo: 'failed' });

    expect(first.totals?.documents).toMatchObject({ succeeded: 0, failed: 10 });
    expect(again.totals?.documents).toMatchObject({ succeeded: 10, failed: 0 });
    // Each failed once more, and was answered at the second attempt of this run.
    expect(again.totals?.requests).toBe(20);
    for (const { status, info, document } of await outcomesOf(bundle, 'inference')) {
      expect(status).toBe('completed');
      expect(info).toMatchObject({
        runId: 'again',
        functions: { summary: { attempts: 1 }, qa_0: { attempts: 1 }, qa_1: { state: 'done', attempts: 2 } },
      });
      expect(info).not.toHaveProperty('error');
      expect(document['answers']).toHaveLength(3);
    }
    expect((await ledgerOf(bundle)).twice).toEqual([]);
  });

  it('R10: a redo claims a document that fails again only once, and ends', async () => {
    await opened(10);
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400 });
    await runToTheEnd(bundle, { runId: 'first', ...embed });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'failed' });

    expect(again).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 0, failed: 10 }, requests: 10 },
    });
  });

  it('R10: a redo requests all functions of a document that was never claimed and was set to failed by hand', async () => {
    await opened(3);
    await documents().updateMany({}, { $set: { embedding_status: 'failed' } });
    await bundle.start(stages);

    const nothing = await runToTheEnd(bundle, { runId: 'first', ...embed });
    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'failed' });

    expect(nothing.totals?.documents.succeeded).toBe(0);
    expect(again.totals?.documents.succeeded).toBe(3);
  });

  it('R10: a redo of all processes each document once, and replaces their previous vectors', async () => {
    const { engine } = await opened(25);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed, limit: 20 });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all' });

    expect(again.totals).toMatchObject({ documents: { succeeded: 25, failed: 0, left: 0 }, requests: 25 });
    expect(await engine.vectors.count('notes')).toBe(25);
    for (const { info } of await outcomesOf(bundle, 'embeddings')) expect(info).toMatchObject({ runId: 'again' });
    expect((await ledgerOf(bundle)).requests).toBe(45);
  });

  it('R10: a redo ignores the part of a query that names the status, and keeps the rest', async () => {
    await opened(9);
    await documents().updateMany({}, { $set: { ai_status: 'completed' } });
    await bundle.start(stages);
    const request = { ...answers, pipeline: 'pending-notes', functions: ['summary'] };

    const run = await runToTheEnd(bundle, { runId: 'again', ...request, redo: 'all' });

    expect(run.totals?.documents.succeeded).toBe(3);
    expect(await documents().count({ 'processing_info.runId': 'again', topic: { $ne: 'rivers' } })).toBe(0);
  });

  it('R10: a limit also counts the documents of a redo', async () => {
    await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all', limit: 4 });

    expect(run.totals?.documents.succeeded).toBe(4);
  });

  it('R10: a redo claims each document once, by however many scanners', async () => {
    await opened(60, { settings: { maxWaitingBatches: 3 } });
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    await bundle.start(stages);
    await bundle.start([ChunkScannerModule]);

    const run = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 60 }, requests: 60 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 60, twice: [] });
  });

  it('R10 interleaving 2: a scan that is paused with its page marks no document that is done by then', async () => {
    const { engine, clock } = await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    const stop = await bundle.start([ChunkScannerModule]);
    await engine.runs.requestPause('again', clock.now());
    await requestRun(bundle, { runId: 'again', ...embed, redo: 'all' });
    await eventually('the run', async () => (await engine.runs.get('again'))?.state === 'running');
    await stop();

    // The scan has gathered its page and is about to insert its claim.
    const pausedScan = (await scannerOn(bundle)).scan(await bundle.lease(engine.runs, 'again'));
    const opening = await pausedScan.next();
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'again');
    const lateApplied = opening.done === false && (await opening.value.apply([]));

    expect(lateApplied).toBe(false);
    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await documents().count({ embedding_status: 'completed' })).toBe(10);
  });

  it('R10 interleaving 1: a crash after the marks and a crash after the answers claim no document twice', async () => {
    const { engine, clock } = await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    const stop = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'again', ...embed, redo: 'all' });
    await eventually('a claim', async () => (await engine.claims.get('again.c1'))?.state === 'sealed');
    await stop();
    // The state before the scan's position was stored and the claim was sealed.
    const start = { position: null, ended: false, nextNumber: 1, selected: 0 };
    await engine.store.collection('runs').updateOne({ _id: 'again' }, { $set: { scan: start } });
    await engine.store
      .collection('claims')
      .updateOne({ _id: 'again.c1' }, { $set: { state: 'open', sealedMembers: null } });
    clock.advance(60_000);
    const stopAll = await bundle.start(stages);
    await eventually('its answers', async () => (await engine.batches.get('again.c1.b1'))?.state === 'ingested');
    await stopAll();
    // The state after a power loss that lost the scan's position: the whole collection is scanned again.
    const lost = { 'scan.position': null, 'scan.ended': false, state: 'running' };
    await engine.store.collection('runs').updateOne({ _id: 'again' }, { $set: lost });
    await engine.store.collection('claims').deleteMany({ runId: 'again', kind: 'end' });

    await bundle.start(stages);
    const run = await endOf(bundle, 'again');

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, twice: [] });
  });
});

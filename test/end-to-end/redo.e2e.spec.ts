import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { definePipeline } from '@batchmill/pipeline';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, endOf, runToTheEnd } from './runs.js';
import { befall, ledgerOf } from './simulated-provider.js';
import { TwiceBus } from './twice-bus.js';
import { scannerOn } from './scanner-on.js';

const answers = { pipeline: 'notes', endpoint: 'inference' as const, functions: ['summary', 'qa'] };
const embed = { pipeline: 'notes', endpoint: 'embeddings' } as const;

/** The same, by a query that says which status it means. */
const pendingNotes = definePipeline({
  ...notes,
  name: 'pending-notes',
  source: { collection: 'notes', queryTemplate: { $and: [{ topic: 'rivers' }, { ai_status: 'pending' }] } },
});

describe('a run that does documents again', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(
    count: number,
    options: Partial<Parameters<typeof TestEngine.open>[0]> = {},
  ): Promise<TestEngine> {
    const ports = { ports: ({ bus }: { bus: TwiceBus['bus'] }) => ({ bus: new TwiceBus(bus) }) };
    bundle = await TestEngine.open({
      pipelines: [notes, pendingNotes],
      settings: { maxRetries: 1 },
      ...ports,
      ...options,
    });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(count));
    return bundle;
  }

  const documents = () => bundle.engine.documentStore.collection('notes');

  it('R10: asks only what failed, with its attempts from the start; what was answered stays', async () => {
    await opened(10);
    await bundle.start(stages);
    await befall(bundle, { on: 'line', what: 'status', value: 500, match: 'qa_1' });
    const first = await runToTheEnd(bundle, { runId: 'first', ...answers });
    await befall(bundle, { on: 'line', what: 'status', value: 500, match: 'qa_1', times: 10 });

    const again = await runToTheEnd(bundle, { runId: 'again', ...answers, redo: 'failed' });

    expect(first.totals?.documents).toMatchObject({ succeeded: 0, failed: 10 });
    expect(again.totals?.documents).toMatchObject({ succeeded: 10, failed: 0 });
    // Failed once more, and answered at the second attempt of this run.
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

  it('R10: takes a document that fails again once, and ends', async () => {
    await opened(10);
    await bundle.start(stages);
    await befall(bundle, { on: 'line', what: 'status', value: 400 });
    await runToTheEnd(bundle, { runId: 'first', ...embed });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'failed' });

    expect(again).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 0, failed: 10 }, requests: 10 },
    });
  });

  it('R10: a document that was never taken, and failed by hand, is asked everything', async () => {
    await opened(3);
    await documents().updateMany({}, { $set: { embedding_status: 'failed' } });
    await bundle.start(stages);

    const nothing = await runToTheEnd(bundle, { runId: 'first', ...embed });
    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'failed' });

    expect(nothing.totals?.documents.succeeded).toBe(0);
    expect(again.totals?.documents.succeeded).toBe(3);
  });

  it('R10: does all of them once, and writes vectors in the place of the former ones', async () => {
    const { engine } = await opened(25);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed, limit: 20 });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all' });

    expect(again.totals).toMatchObject({ documents: { succeeded: 25, failed: 0, left: 0 }, requests: 25 });
    expect(await engine.vectors.count('notes')).toBe(25);
    for (const { info } of await outcomesOf(bundle, 'embeddings')) expect(info).toMatchObject({ runId: 'again' });
    expect((await ledgerOf(bundle)).requests).toBe(45);
  });

  it('R10: what of a query names the status is left out, the rest holds', async () => {
    await opened(9);
    await documents().updateMany({}, { $set: { ai_status: 'completed' } });
    await bundle.start(stages);
    const request = { ...answers, pipeline: 'pending-notes', functions: ['summary'] };

    const run = await runToTheEnd(bundle, { runId: 'again', ...request, redo: 'all' });

    expect(run.totals?.documents.succeeded).toBe(3);
    expect(await documents().count({ 'processing_info.runId': 'again', topic: { $ne: 'rivers' } })).toBe(0);
  });

  it('R10: a limit counts those done again too', async () => {
    await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all', limit: 4 });

    expect(run.totals?.documents.succeeded).toBe(4);
  });

  it('R10: however many scanners look, each document is taken once', async () => {
    await opened(60, { settings: { maxWaitingBatches: 3 } });
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    await bundle.start(stages);
    await bundle.start([ChunkScannerModule]);

    const run = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'all' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 60 }, requests: 60 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 60, twice: [] });
  });

  it('R10 interleaving 2: a scan that slept with its page marks nothing that is done by then', async () => {
    const { engine, clock } = await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    const stop = await bundle.start([ChunkScannerModule]);
    await engine.runs.requestPause('again', clock.now());
    await askForRun(bundle, { runId: 'again', ...embed, redo: 'all' });
    await eventually('the run', async () => (await engine.runs.get('again'))?.state === 'running');
    await stop();

    // It has gathered its page and stands before the insertion of its claim.
    const sleeper = (await scannerOn(bundle)).scan(await bundle.lease(engine.runs, 'again'));
    const opening = await sleeper.next();
    clock.advance(60_000);
    await bundle.start(stages);
    const run = await endOf(bundle, 'again');
    const late = opening.done === false && (await opening.value.apply([]));

    expect(late).toBe(false);
    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await documents().count({ embedding_status: 'completed' })).toBe(10);
  });

  it('R10 interleaving 1: a crash after the marks, and one after the answers, take no document twice', async () => {
    const { engine, clock } = await opened(10);
    await documents().updateMany({}, { $set: { embedding_status: 'completed' } });
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'again', ...embed, redo: 'all' });
    await eventually('a claim', async () => (await engine.claims.get('again.c1'))?.state === 'sealed');
    await stop();
    // As if the crash had come before the scan moved on and the claim was sealed.
    const start = { position: null, ended: false, nextNumber: 1, selected: 0 };
    await engine.store.collection('runs').updateOne({ _id: 'again' }, { $set: { scan: start } });
    await engine.store
      .collection('claims')
      .updateOne({ _id: 'again.c1' }, { $set: { state: 'open', sealedMembers: null } });
    clock.advance(60_000);
    const stopAll = await bundle.start(stages);
    await eventually('its answers', async () => (await engine.batches.get('again.c1.b1'))?.state === 'ingested');
    await stopAll();
    // As if the scan's position had been lost with the power: the whole collection is looked at again.
    const lost = { 'scan.position': null, 'scan.ended': false, state: 'running' };
    await engine.store.collection('runs').updateOne({ _id: 'again' }, { $set: lost });
    await engine.store.collection('claims').deleteMany({ runId: 'again', kind: 'end' });

    await bundle.start(stages);
    const run = await endOf(bundle, 'again');

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 10, twice: [] });
  });
});

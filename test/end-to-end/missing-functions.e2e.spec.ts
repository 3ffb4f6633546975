import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { chat, definePipeline } from '@batchmill/pipeline';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestCancel, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

/** The same pipeline after a function was added. Both find the same documents, with the same fields. */
const extended = definePipeline({
  ...notes,
  name: 'extended',
  inference: {
    ...notes.inference!,
    functions: [
      ...notes.inference!.functions,
      chat({
        name: 'title',
        model: 'gpt-4o-mini',
        user: 'A title for: {{ text }}',
        responseTemplate: { $set: { title: '{{ response_content }}' } },
      }),
    ],
  },
});

/** The same with a query for pending documents. */
const pendingOnes = definePipeline({
  ...notes,
  name: 'pending-ones',
  source: { collection: 'notes', queryTemplate: { ai_status: 'pending' } },
});

const ask = { pipeline: 'notes', endpoint: 'inference' } as const;

describe('what a run requests of ended documents', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [notes, extended, pendingOnes] });
    await documents().insertMany(manyNotes(10));
  });
  afterEach(() => bundle.close());

  const documents = () => bundle.engine.documentStore.collection('notes');
  const answeredBy = async (): Promise<string[][]> =>
    (await outcomesOf(bundle, 'inference')).map(({ document }) =>
      ((document['answers'] ?? []) as readonly { by: string }[]).map(({ by }) => by).toSorted(),
    );

  it('R10: after a run of one function for two documents, a plain run asks the others of these, and all of the rest', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['qa_0'], documents: ['n00000', 'n00001'] });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 10 }, requests: 28 } });
    expect(run.scan.missing).toEqual([
      { function: 'summary', documents: 2 },
      { function: 'qa_1', documents: 2 },
    ]);
    expect(await answeredBy()).toEqual(Array.from({ length: 10 }, () => ['qa_0', 'qa_1', 'summary']));
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 30, ...nothingTwiceNothingLeft });
    const third = await runToTheEnd(bundle, { runId: 'third', ...ask });
    expect(third.totals).toMatchObject({ documents: { succeeded: 0 }, requests: 0 });
  });

  it('R10: a function that was added to the pipeline is asked of completed documents, and no other', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask, pipeline: 'extended' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await documents().count({ title: { $type: 'string' }, ai_status: 'completed' })).toBe(10);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 40, ...nothingTwiceNothingLeft });
  });

  it('R10: a list that has grown by one item asks for this item alone', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, parameters: { questions: ['Who?'] } });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask, parameters: { questions: ['Who?', 'When?'] } });

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await answeredBy()).toEqual(Array.from({ length: 10 }, () => ['qa_0', 'qa_1', 'summary']));
  });

  it('R10: a query for pending documents finds those that lack a function, too', async () => {
    await documents().updateMany({}, { $set: { ai_status: 'pending' } });
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, pipeline: 'pending-ones', functions: ['summary'], limit: 4 });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask, pipeline: 'pending-ones' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 4 * 2 + 6 * 3 });
  });

  it('R10: documents that were finished by others stay as they are', async () => {
    await documents().updateMany({ topic: 'rivers' }, { $set: { ai_status: 'completed' } });
    await documents().updateMany({ topic: 'mills' }, { $set: { ai_status: 'failed' } });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'first', ...ask });

    expect(run.totals?.documents.succeeded).toBe(3);
    expect(await documents().count({ processing_info: { $exists: true }, topic: { $ne: 'bridges' } })).toBe(0);
  });

  it('R10: --redo missing leaves pending documents, and asks what is missing of the others', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'], limit: 3 });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask, redo: 'missing' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 3 }, requests: 6 });
    expect(await documents().count({ ai_status: { $exists: false } })).toBe(7);
  });

  it('R10: --redo failed asks what has failed, also on a document that a later run of another function has ended', async () => {
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, match: 'summary' });
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'] });
    await injectFaults(bundle);

    const others = await runToTheEnd(bundle, { runId: 'second', ...ask });
    const failed = await documents().count({ ai_status: 'failed' });
    const again = await runToTheEnd(bundle, { runId: 'third', ...ask, redo: 'failed' });

    expect(others.totals).toMatchObject({ requests: 20 });
    expect(failed).toBe(10);
    expect(again.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(await answeredBy()).toEqual(Array.from({ length: 10 }, () => ['qa_0', 'qa_1', 'summary']));
  });

  it('R10: a run whose own functions were all answered has succeeded, though the documents stay failed by another', async () => {
    await bundle.start(stages);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, match: 'summary' });
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'] });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask, functions: ['qa'] });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 10, failed: 0 }, requests: 20 } });
    expect(await documents().count({ ai_status: 'failed' })).toBe(10);
  });

  it('R10: --redo all of one function asks this one alone, and the others are not missing afterwards', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask });

    const again = await runToTheEnd(bundle, { runId: 'second', ...ask, functions: ['summary'], redo: 'all' });
    const nothing = await runToTheEnd(bundle, { runId: 'third', ...ask });

    expect(again.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 10 });
    expect(nothing.totals?.requests).toBe(0);
  });

  it.each(['answered', 'failed', 'cancelled'] as const)(
    'R10: of documents that are set to pending by hand a run of one function leaves the others to be asked: %s',
    async (how) => {
      const stop = await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...ask });
      await documents().updateMany({}, { $set: { ai_status: 'pending' } });
      if (how === 'failed') await injectFaults(bundle, { on: 'line', what: 'status', value: 400, match: 'summary' });
      if (how === 'cancelled') {
        await stop();
        const stopScanner = await bundle.start([ChunkScannerModule]);
        await requestRun(bundle, { runId: 'second', ...ask, functions: ['summary'] });
        await eventually('a claim', async () => (await bundle.engine.claims.get('second.c1'))?.state === 'sealed');
        await requestCancel(bundle, 'second');
        await stopScanner();
        await bundle.start(stages);
        await endOf(bundle, 'second');
      } else await runToTheEnd(bundle, { runId: 'second', ...ask, functions: ['summary'] });
      await injectFaults(bundle);

      const third = await runToTheEnd(bundle, { runId: 'third', ...ask });
      const fourth = await runToTheEnd(bundle, { runId: 'fourth', ...ask });

      // A failed function is not asked again: the others are.
      expect(third.totals?.requests).toBe(how === 'cancelled' ? 30 : 20);
      expect(fourth.totals?.requests).toBe(0);
    },
  );

  it('R10: what a run was to add is missing again when it is cancelled; the documents are what they were', async () => {
    const stop = await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'] });
    await stop();
    const before = await outcomesOf(bundle, 'inference');
    const stopScanner = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'second', ...ask });
    await eventually('a claim', async () => (await bundle.engine.claims.get('second.c1'))?.state === 'sealed');
    expect(await documents().count({ ai_status: 'in_progress' })).toBe(10);
    await requestCancel(bundle, 'second');
    await stopScanner();

    await bundle.start(stages);
    const run = await endOf(bundle, 'second');

    expect(run).toMatchObject({ state: 'cancelled', totals: { documents: { left: 10 } } });
    const after = await outcomesOf(bundle, 'inference');
    expect(after.map(({ status, info }) => [status, info.ended, info.functions?.['summary']])).toEqual(
      before.map(({ status, info }) => [status, info.ended, info.functions?.['summary']]),
    );
    const third = await runToTheEnd(bundle, { runId: 'third', ...ask });
    expect(third.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 20 });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 30, ...nothingTwiceNothingLeft });
  });

  it('R10 X2: a crash between the marks and the answers asks nothing twice', async () => {
    const { engine, clock } = bundle;
    const stop = await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'] });
    await stop();
    const stopScanner = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'second', ...ask });
    await eventually('a claim', async () => (await engine.claims.get('second.c1'))?.state === 'sealed');
    await stopScanner();
    // The state before the scan's position was stored and the claim was sealed.
    const start = { position: null, ended: false, nextNumber: 1, selected: 0 };
    await engine.store.collection('runs').updateOne({ _id: 'second' }, { $set: { scan: start } });
    const open = { state: 'open', sealedMembers: null };
    await engine.store.collection('claims').updateOne({ _id: 'second.c1' }, { $set: open });
    clock.advance(60_000);

    await bundle.start(stages);
    const run = await endOf(bundle, 'second');

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 10 }, requests: 20 } });
    expect(run.scan.missing).toEqual([
      { function: 'qa_0', documents: 10 },
      { function: 'qa_1', documents: 10 },
    ]);
    expect(await answeredBy()).toEqual(Array.from({ length: 10 }, () => ['qa_0', 'qa_1', 'summary']));
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 30, ...nothingTwiceNothingLeft });
  });

  it('R10 X2: a missing function that fails once is retried by its run, and an answer that is there is not asked for again', async () => {
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['summary'] });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, match: 'qa_1', times: 10 });

    const run = await runToTheEnd(bundle, { runId: 'second', ...ask });

    expect(run.totals).toMatchObject({ documents: { succeeded: 10 }, requests: 30 });
    const { status, info } = await outcomeOf(bundle, 'inference', 'n00000');
    expect(status).toBe('completed');
    expect(info.functions).toMatchObject({ summary: { attempts: 1 }, qa_0: { attempts: 1 }, qa_1: { attempts: 2 } });
  });
});

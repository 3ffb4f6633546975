import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import type { Run } from '@batchmill/records';
import { TestEngine, eventually, type KnownPipelines, type TestEngineOptions } from '@batchmill/testing';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilder, JsonlBuilderModule } from '@batchmill/jsonl-builder';
import { manyNotes, type Note } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { stageOn } from './stage-on.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

/** Embeds notes under an id of their book, which `parentIdField` names. */
function embedding(parentIdField: string, batchSize = 1000): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', chunkIdField: '_id', parentIdField },
    embeddings: { dimensions: 8, text: 'text', status: { field: 'status' }, vectors: { collection: 'notes' } },
    batch: { batchSize },
  });
}

/** Two functions of two models, whose prompts use these fields. */
function summaries(field: string, otherField = field): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes' },
    inference: {
      status: { field: 'status' },
      functions: [
        chat({ name: 'summary', model: 'gpt-4o-mini', user: `{{ ${field} }}` }),
        chat({ name: 'topics', model: 'gpt-4o', user: `{{ ${otherField} }}` }),
      ],
    },
  });
}

describe('a run of which no document gets as far as a request', () => {
  let bundle: TestEngine;
  let pipelines: KnownPipelines;
  afterEach(() => bundle.close());

  async function opened(
    pipeline: PipelineDefinition,
    notes: readonly Note[],
    settings: TestEngineOptions['settings'] = {},
  ): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings });
    // The test's own, which it can replace.
    pipelines = bundle.engine.pipelines as KnownPipelines;
    await bundle.engine.documentStore.collection('notes').insertMany(notes);
  }

  const countOf = (status: string): Promise<number> =>
    bundle.engine.documentStore.collection('notes').count({ status: status === 'none' ? { $exists: false } : status });
  const endsOf = async (): Promise<{ failed: number; pending: number; inProgress: number }> => ({
    failed: await countOf('failed'),
    pending: (await countOf('pending')) + (await countOf('none')),
    inProgress: await countOf('in_progress'),
  });
  const run = (more: Partial<Parameters<typeof runToTheEnd>[1]> = {}): Promise<Run> =>
    runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', ...more });
  const nothing = { requests: 0, batches: [], files: [] };

  it('Y5: is stopped after a hundred documents, says why, and leaves the others pending', async () => {
    await opened(embedding('doc_id'), manyNotes(250));
    await bundle.start(stages);

    const ended = await run();

    expect(ended).toMatchObject({
      state: 'incomplete',
      totals: { documents: { failed: 100, left: 150 }, requests: 0 },
    });
    expect(ended.reason).toMatch(
      /^none of the first 100 documents could be asked \(100 failed as document\.id-missing: The document has no id in its field "doc_id", .*\), so nothing was sent and the others stay pending; change /,
    );
    expect(await endsOf()).toEqual({ failed: 100, pending: 150, inProgress: 0 });
    expect(await ledgerOf(bundle)).toMatchObject(nothing);
  });

  it('Y5: once the pipeline is mended, a run goes on with all of them', async () => {
    await opened(embedding('doc_id'), manyNotes(250));
    await bundle.start(stages);
    await run();

    pipelines.replace([embedding('note')]);
    const mended = await run({ runId: 'mended', redo: 'failed' });

    expect(mended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 250, failed: 0 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 250, ...nothingTwiceNothingLeft });
  });

  it('Y5: is stopped after the same hundred when they are in several claims', async () => {
    await opened(embedding('doc_id', 30), manyNotes(250), { trialDocuments: 3 });
    await bundle.start(stages);

    const ended = await run();

    expect(ended.reason).toMatch(
      /^none of the first 100 documents could be asked \(100 failed as document\.id-missing/,
    );
    expect(await endsOf()).toEqual({ failed: 100, pending: 150, inProgress: 0 });
    const claims = await Array.fromAsync(bundle.engine.claims.ofRun('r'));
    expect(claims.map(({ documents }) => documents)).toEqual([3, 30, 30, 30, 30, 0]);
  });

  it('Y5: is stopped when all functions fail, also those of another model', async () => {
    await opened(summaries('unknown_field'), manyNotes(120));
    await bundle.start(stages);

    const ended = await run();

    expect(ended.reason).toMatch(
      /^none of the first 100 documents could be asked \(100 failed as template\.\S+: Function /,
    );
    expect(await endsOf()).toEqual({ failed: 100, pending: 20, inProgress: 0 });
  });

  it('Y5: goes on when one of several functions is asked, also that of another model', async () => {
    await opened(summaries('unknown_field', 'text'), manyNotes(120));
    await bundle.start(stages);

    const ended = await run();

    expect(ended).toMatchObject({
      state: 'finished',
      reason: null,
      totals: { documents: { failed: 120 }, requests: 120 },
    });
  });

  it('Y5: goes on when a single one of the hundred is asked', async () => {
    const notes = manyNotes(150).map((note, index) => (index === 99 ? note : { ...note, note: '' }));
    await opened(embedding('note', 40), notes);
    await bundle.start(stages);

    const ended = await run();

    expect(ended).toMatchObject({
      state: 'finished',
      reason: null,
      totals: { documents: { succeeded: 1, failed: 149, left: 0 } },
    });
  });

  it('Y5: a run of fewer documents ends as usual, since none is left to be spared', async () => {
    await opened(embedding('doc_id'), manyNotes(99));
    await bundle.start(stages);

    expect(await run()).toMatchObject({ state: 'finished', reason: null, totals: { documents: { failed: 99 } } });
  });

  it('Y5: two of each stage stop it as one does', async () => {
    await opened(embedding('doc_id', 40), manyNotes(250));
    await bundle.start(stages);
    await bundle.start(stages);

    const ended = await run();

    expect(ended).toMatchObject({ state: 'incomplete', totals: { documents: { failed: 100, left: 20 } } });
    expect(await endsOf()).toEqual({ failed: 100, pending: 150, inProgress: 0 });
    expect(await ledgerOf(bundle)).toMatchObject(nothing);
  });

  it('Y5: a builder that dies when the batch is stored, and one that is late, change nothing', async () => {
    await opened(embedding('doc_id'), manyNotes(150));
    const { engine, clock } = bundle;
    const stopScanner = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('a sealed claim', async () => (await engine.claims.get('r.c1'))?.state === 'sealed');
    await stopScanner();
    const builder = await stageOn(engine, JsonlBuilderModule, JsonlBuilder);

    const late = builder.build(await bundle.lease(engine.claims, 'r.c1'));
    const lateBatch = await late.next();
    clock.advance(60_000);
    const dying = builder.build(await bundle.lease(engine.claims, 'r.c1'));
    const batch = await dying.next();
    if (batch.done === true || lateBatch.done === true) throw new Error('no batch was built');
    await batch.value.apply([]);
    expect(await lateBatch.value.apply([])).toBe(false);
    clock.advance(60_000);
    await bundle.start(stages);

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'incomplete',
      reason: expect.stringMatching(/^none of the first 100 documents could be asked/),
      totals: { documents: { failed: 100, left: 50, takenOver: 0 } },
    });
    expect(await endsOf()).toEqual({ failed: 100, pending: 50, inProgress: 0 });
  });
});

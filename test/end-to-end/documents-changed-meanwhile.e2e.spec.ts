import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { ResultIngesterModule } from '@batchmill/result-ingester';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { outcomeOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestRun, endOf } from './runs.js';
import { injectFaults } from './simulated-provider.js';

describe('a document that its owner changes while a run processes it', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function sealed(pipeline: PipelineDefinition, fields: Record<string, unknown> = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings: { retryBaseMs: 1 } });
    await documents().insertMany(manyNotes(3).map((note) => ({ ...note, ...fields })));
    const stop = await bundle.start([ChunkScannerModule]);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the first claim', async () => (await bundle.engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();
  }
  const documents = () => bundle.engine.documentStore.collection('notes');

  it('C1: a replaced document is released to its owner, and the run finishes without it', async () => {
    await sealed(notes);
    const marks = { embedding_status: '', embedding_processing_info: '' };
    await documents().updateOne({ _id: 'n00001' }, { $unset: marks });

    await bundle.start(stages);

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 2, failed: 0, left: 0, takenOver: 1 } },
    });
  });

  it('C1: a document that was read ahead of its claim is left to its owner, who has completed it meanwhile', async () => {
    bundle = await TestEngine.open({ pipelines: [notes] });
    await documents().insertMany(manyNotes(25));
    const { vectors } = bundle.engine;
    const find = vectors.find.bind(vectors);
    let pages = 0;
    vectors.find = async (...asked) => {
      pages += 1; // those of the next claim are asked for after they were read
      if (pages === 2) await documents().updateOne({ _id: 'n00012' }, { $set: { embedding_status: 'completed' } });
      return find(...asked);
    };
    await bundle.start(stages);
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const run = await endOf(bundle, 'r');

    expect(run).toMatchObject({ state: 'finished', totals: { requests: 24, documents: { succeeded: 24, failed: 0 } } });
    const { status, info } = await outcomeOf(bundle, 'embeddings', 'n00012');
    expect({ status, info }).toEqual({ status: 'completed', info: {} });
  });

  it('C1: a document that can no longer be marked for its retry is left pending, and counted once', async () => {
    const embeddings = { ...notes.embeddings!, updateTemplate: { $push: { log: 'x' } }, errorField: 'meta.error' };
    await sealed({ ...notes, embeddings }, { log: [], meta: {} });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 500, times: 3 });
    const stop = await bundle.start(stages.filter((stage) => stage !== ChunkScannerModule));
    await eventually('its answers', async () => (await bundle.engine.batches.get('r.c1.b1'))?.state === 'ingested');
    await stop();
    await documents().updateOne({ _id: 'n00001' }, { $set: { log: 'a text', meta: 'a text' } });
    bundle.clock.advance(60_000);

    await bundle.start(stages);

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'incomplete',
      totals: { documents: { succeeded: 2, failed: 0, left: 1, takenOver: 0 } },
    });
    // Two claims with requests, and the end claim.
    expect(await storedRecords(bundle.engine.store).claims.count({ runId: 'r' })).toBe(3);
  });

  it('interleaving 24: a document into which the store refuses to write the answer fails alone', async () => {
    bundle = await TestEngine.open({ pipelines: [notes] });
    await documents().insertMany(manyNotes(3));
    const stop = await bundle.start(stages.filter((stage) => stage !== ResultIngesterModule));
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference', functions: ['summary'] });
    await eventually('the answers', async () => (await bundle.engine.batches.get('r.c1.b1'))?.state === 'settled');
    await stop();
    await documents().updateOne({ _id: 'n00001' }, { $set: { answers: 'none yet' } });

    await bundle.start(stages);

    expect(await endOf(bundle, 'r')).toMatchObject({
      totals: { documents: { succeeded: 2, failed: 1, left: 0, takenOver: 0 } },
    });
    const { status, info, document } = await outcomeOf(bundle, 'inference', 'n00001');
    expect(status).toBe('failed');
    expect(info.error).toMatchObject({ code: 'document.write-refused', attempt: 1 });
    expect(document['answers']).toBe('none yet');
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import type { PipelineDefinition } from '@batchmill/pipeline';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, endOf } from './runs.js';
import { befall } from './simulated-provider.js';

describe('a document that its owner changes while it is on its way', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function sealed(pipeline: PipelineDefinition, fields: Record<string, unknown> = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings: { retryBaseMs: 1 } });
    await documents().insertMany(manyNotes(3).map((note) => ({ ...note, ...fields })));
    const stop = await bundle.start([ChunkScannerModule]);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
    await eventually('the first claim', async () => (await bundle.engine.claims.get('r.c1'))?.state === 'sealed');
    await stop();
  }
  const documents = () => bundle.engine.documentStore.collection('notes');

  it('C1: one that is replaced is its owner’s again, and the run is finished without it', async () => {
    await sealed(notes);
    const marks = { embedding_status: '', embedding_processing_info: '' };
    await documents().updateOne({ _id: 'n00001' }, { $unset: marks });

    await bundle.start(stages);

    expect(await endOf(bundle, 'r')).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 2, failed: 0, left: 0, takenOver: 1 } },
    });
  });

  it('C1: one that cannot be marked any more when it is to be asked again is left, once', async () => {
    const embeddings = { ...notes.embeddings!, updateTemplate: { $push: { log: 'x' } }, errorField: 'meta.error' };
    await sealed({ ...notes, embeddings }, { log: [], meta: {} });
    await befall(bundle, { on: 'line', what: 'status', value: 500, times: 3 });
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
    // Two that asked, and the end.
    expect(await storedRecords(bundle.engine.store).claims.count({ runId: 'r' })).toBe(3);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { verifyVectors } from '@batchmill/cli';
import { definePipeline } from '@batchmill/pipeline';
import { vectorKey } from '@batchmill/records';
import { TestEngine } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';

const large = 'text-embedding-3-large';
const ofLarge = (collection: string) => ({ ...notes.embeddings!, model: large, vectors: { collection } });
/** The pipeline after its model was changed, and after its collection was changed as well. */
const remodelled = definePipeline({ ...notes, name: 'remodelled', embeddings: ofLarge('notes') });
const beside = definePipeline({ ...notes, name: 'beside', embeddings: ofLarge('notes_large') });

describe('a pipeline whose model is changed', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function embedded(): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [notes, remodelled, beside], settings: { retryBaseMs: 1 } });
    await bundle.engine.documentStore.collection('notes').insertMany(manyNotes(3));
    await bundle.start(stages);
    await embed('notes');
  }

  let runs = 0;
  const embed = (pipeline: string, redo?: 'stale') =>
    runToTheEnd(bundle, {
      runId: `r${(runs += 1)}`,
      endpoint: 'embeddings',
      pipeline,
      ...(redo !== undefined && { redo }),
    });
  const modelsIn = async (collection: string) =>
    (await Array.fromAsync(bundle.engine.vectors.entries(collection))).map(({ fields }) => fields['model']);

  it('Y6: is refused where its collection has vectors of the earlier model, before anything is paid', async () => {
    await embedded();
    const { requests } = await ledgerOf(bundle);

    for (const run of [await embed('remodelled'), await embed('remodelled', 'stale')]) {
      expect(run).toMatchObject({
        state: 'rejected',
        reason: expect.stringMatching(/notes: found vectors of the model text-embedding-3-small, expected .*-large/),
      });
    }

    expect((await ledgerOf(bundle)).requests).toBe(requests);
    expect(await modelsIn('notes')).toEqual(Array(3).fill('text-embedding-3-small'));
  });

  it('Y6: also where the collection was made by a version that did not remember its model', async () => {
    bundle = await TestEngine.open({ pipelines: [remodelled], settings: { retryBaseMs: 1 } });
    const { vectors, documentStore } = bundle.engine;
    const fields = ['block_mongo_id', 'block_doc_id', 'text_hash', 'model'];
    await vectors.ensureCollection({ name: 'notes', dimensions: 8, fields });
    const row = { block_mongo_id: 'x', block_doc_id: 'y', text_hash: 'h', model: 'text-embedding-3-small' };
    await vectors.upsert('notes', [{ key: vectorKey('x'), fields: row, vector: new Float32Array(8).fill(1) }]);
    await documentStore.collection('notes').insertMany(manyNotes(1));
    await bundle.start(stages);

    const run = await embed('remodelled');

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringContaining('text-embedding-3-small') });
    expect((await ledgerOf(bundle)).requests).toBe(0);
  });

  it('Y6: and its collection, too, fills the new one beside the old one by a redo of stale documents', async () => {
    await embedded();

    const run = await embed('beside', 'stale');

    expect(run).toMatchObject({ state: 'finished', totals: { requests: 3, documents: { succeeded: 3 } } });
    expect(await modelsIn('notes_large')).toEqual([large, large, large]);
    expect(await modelsIn('notes')).toEqual(Array(3).fill('text-embedding-3-small'));
    const compared = await verifyVectors(bundle.engine, 'beside', { requests: false, prunes: false });
    expect(compared.differences).toEqual([]);
  });
});

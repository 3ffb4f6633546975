import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { verifyVectors } from '@batchmill/cli';
import { ConnectionError } from '@batchmill/contracts';
import { definePipeline, type EmbeddingsDefinition } from '@batchmill/pipeline';
import { TestEngine, eventually, type KnownPipelines } from '@batchmill/testing';
import { manyNotes, notes } from './notes-pipeline.js';
import { requestCancel, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf } from './simulated-provider.js';

const small = 'text-embedding-3-small';
const large = 'text-embedding-3-large';
const ofSmall = 'notes_text_embedding_3_small_8';
const ofLarge = 'notes_text_embedding_3_large_8';

const pipelineOf = (embeddings: Partial<EmbeddingsDefinition> = {}) =>
  definePipeline({
    ...notes,
    source: { ...notes.source, queryTemplate: { archived: { $ne: true } } },
    embeddings: { ...notes.embeddings!, vectors: { alias: 'notes' }, ...embeddings },
  });

describe('a pipeline whose vectors have an alias', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(count: number, embeddings: Partial<EmbeddingsDefinition> = {}): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipelineOf(embeddings)], settings: { retryBaseMs: 1 } });
    await bundle.start(stages);
    await documents().insertMany(manyNotes(count));
  }

  let runs = 0;
  const documents = () => bundle.engine.documentStore.collection('notes');
  const run = (request: object = {}) =>
    runToTheEnd(bundle, { runId: `r${(runs += 1)}`, endpoint: 'embeddings', pipeline: 'notes', ...request });
  /** What a restart with another definition does. */
  const change = (embeddings: Partial<EmbeddingsDefinition>) =>
    (bundle.engine.pipelines as KnownPipelines).replace([pipelineOf(embeddings)]);
  const found = async () => (await bundle.engine.vectors.collectionOf('notes'))?.name;
  const rowsIn = (collection: string) => bundle.engine.vectors.count(collection);

  it('Y6: has a collection for each model, and the alias points to the first one from its first run on', async () => {
    await opened(3);

    expect(await run()).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3 } } });

    expect(await found()).toBe(ofSmall);
    expect(await bundle.engine.vectors.collectionOf('notes')).toMatchObject({ model: small, dimensions: 8 });
    expect(await rowsIn(ofSmall)).toBe(3);
  });

  it('Y6: after a change of the model, the alias moves once the new collection lacks nothing, and the old one stays', async () => {
    await opened(5);
    await run();
    change({ model: large });

    const first = await run({ redo: 'stale', limit: 2 });
    const afterFirst = await found();
    const second = await run({ redo: 'stale' });

    const move = { alias: 'notes', from: ofSmall, to: ofLarge };
    expect(first).toMatchObject({ state: 'finished', aliasMove: { ...move, isDone: false } });
    expect(afterFirst).toBe(ofSmall);
    expect(second).toMatchObject({ state: 'finished', aliasMove: { ...move, isDone: true } });
    expect(await found()).toBe(ofLarge);
    expect([await rowsIn(ofSmall), await rowsIn(ofLarge)]).toEqual([5, 5]);
    const compared = await verifyVectors(bundle.engine, 'notes', { requests: false, prunes: false });
    expect(compared).toMatchObject({ collection: ofLarge, differences: [] });
    expect((await run()).aliasMove).toBeUndefined();
  });

  it('Y6: so does a change of the dimensions', async () => {
    await opened(2);
    await run();
    change({ dimensions: 9 });

    await run({ redo: 'stale' });

    expect(await found()).toBe('notes_text_embedding_3_small_9');
  });

  it('Y6: documents that are gone, do not match, or have no text any more hold up no move', async () => {
    await opened(5);
    await run();
    await documents().deleteMany({ _id: 'n00000' });
    await documents().updateOne({ _id: 'n00001' }, { $set: { archived: true } });
    await documents().updateOne({ _id: 'n00002' }, { $set: { text: '' } });
    change({ model: large });

    const moved = await run({ redo: 'stale' });

    expect(moved).toMatchObject({ totals: { documents: { failed: 1 } }, aliasMove: { isDone: true } });
    expect(await rowsIn(ofLarge)).toBe(2);
  });

  it('Y6: a document that failed holds up the move, until it is embedded', async () => {
    await opened(3);
    await run();
    change({ model: large });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, times: 1 });

    const first = await run({ redo: 'stale' });
    const again = await run({ redo: 'failed' });

    expect(first).toMatchObject({ totals: { documents: { failed: 1 } }, aliasMove: { isDone: false } });
    expect(again).toMatchObject({ totals: { documents: { succeeded: 1 } }, aliasMove: { isDone: true } });
  });

  it('Y6: a collection whose vectors are of earlier texts is not whole: no run moves the alias back to it', async () => {
    await opened(3);
    await run();
    change({ model: large });
    await run({ redo: 'stale' });
    await documents().updateOne({ _id: 'n00000' }, { $set: { text: 'Quite another text.' } });
    await run({ redo: 'stale' });
    change({});

    const plain = await run();
    const pointed = await found();
    const redone = await run({ redo: 'stale' });

    expect(plain.aliasMove).toMatchObject({ from: ofLarge, to: ofSmall, isDone: false });
    expect(pointed).toBe(ofLarge);
    expect(redone.aliasMove).toMatchObject({ isDone: true });
  });

  it('Y6: a document with an id too long for a key holds up no move once it has no text any more', async () => {
    const _id = 'x'.repeat(400);
    await opened(2);
    await documents().insertMany([{ ...manyNotes(1)[0], _id }]);
    await run();
    await documents().updateOne({ _id }, { $set: { text: '' } });
    change({ model: large });

    expect((await run({ redo: 'stale' })).aliasMove).toMatchObject({ isDone: true });
  });

  it('E4, Y6: nor is its vector pruned where the new collection names the fields of its ids otherwise', async () => {
    await opened(2);
    await documents().insertMany([{ ...manyNotes(1)[0], _id: 'x'.repeat(400) }]);
    await run();
    const idFields = { chunk: 'chunk', parent: 'parent' };
    change({ model: large, prune: true, vectors: { alias: 'notes', collection: 'otherwise', idFields } });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, times: 1 });

    const part = await run({ redo: 'stale' });

    expect(part.aliasMove).toMatchObject({ isDone: false });
    expect(await rowsIn(ofSmall)).toBe(3);
  });

  it('Y6: pipelines that share it move it once nothing of any of them is missing, also where texts are gone', async () => {
    const both = (model: string) =>
      ['alpha', 'beta'].map((name) =>
        definePipeline({
          ...notes,
          name,
          source: { ...notes.source, collection: name, queryTemplate: {} },
          embeddings: { ...notes.embeddings!, model, vectors: { alias: 'notes' } },
        }),
      );
    bundle = await TestEngine.open({ pipelines: both(small), settings: { retryBaseMs: 1 } });
    await bundle.start(stages);
    for (const name of ['alpha', 'beta']) {
      const collection = bundle.engine.documentStore.collection(name);
      await collection.insertMany(manyNotes(2).map((note) => ({ ...note, _id: `${name}-${note._id}` })));
      await run({ pipeline: name });
      await collection.updateOne({ _id: `${name}-n00000` }, { $set: { text: '' } });
    }
    (bundle.engine.pipelines as KnownPipelines).replace(both(large));

    const alpha = await run({ pipeline: 'alpha', redo: 'stale' });
    const beta = await run({ pipeline: 'beta', redo: 'stale' });

    expect([alpha.aliasMove, beta.aliasMove]).toMatchObject([{ isDone: false }, { isDone: true }]);
  });

  it('Y6: nor does it leave behind vectors of a pipeline whose parameters are not known', async () => {
    const both = (model: string) =>
      ['alpha', 'beta'].map((name) =>
        definePipeline({
          ...notes,
          name,
          parameters: { ...notes.parameters, ...(name === 'beta' && { topic: { type: 'string', required: true } }) },
          source: {
            ...notes.source,
            collection: name,
            queryTemplate: ({ topic }) => (topic === undefined ? {} : { topic }),
          },
          embeddings: { ...notes.embeddings!, model, vectors: { alias: 'notes' } },
        }),
      );
    bundle = await TestEngine.open({ pipelines: both(small), settings: { retryBaseMs: 1 } });
    await bundle.start(stages);
    const parameters = { topic: 'rivers' };
    for (const name of ['alpha', 'beta']) {
      const stored = manyNotes(1).map((note) => ({ ...note, _id: name }));
      await bundle.engine.documentStore.collection(name).insertMany(stored);
    }
    await run({ pipeline: 'alpha' });
    await run({ pipeline: 'beta', parameters });
    (bundle.engine.pipelines as KnownPipelines).replace(both(large));

    const alpha = await run({ pipeline: 'alpha', redo: 'stale' });
    const beta = await run({ pipeline: 'beta', parameters, redo: 'stale' });

    expect([alpha.aliasMove, beta.aliasMove]).toMatchObject([{ isDone: false }, { isDone: true }]);
  });

  it('Y6: an alias that is named together with another model points to the earlier collection until the new one is whole', async () => {
    await opened(3, { vectors: { collection: 'earlier' } });
    await run();
    change({ model: large });

    const part = await run({ redo: 'stale', limit: 1 });
    const pointed = await found();
    const rest = await run({ redo: 'stale' });

    expect(part.aliasMove).toMatchObject({ from: 'earlier', to: ofLarge, isOfOtherModel: true, isDone: false });
    expect(pointed).toBe('earlier');
    expect(rest.aliasMove).toMatchObject({ isDone: true });
  });

  it('R2, Y6: a run that is cancelled ends while the vector store is down, and moves no alias', async () => {
    let isDown = false;
    const unavailable = () => Promise.reject(new ConnectionError('vectors.unavailable', 'down'));
    bundle = await TestEngine.open({
      pipelines: [pipelineOf()],
      settings: { retryBaseMs: 1 },
      ports: ({ vectors }) => ({
        vectors: new Proxy(vectors, {
          get(target, name) {
            const value = Reflect.get(target, name) as unknown;
            if (typeof value !== 'function') return value;
            return isDown && name !== 'close' ? unavailable : (value.bind(target) as unknown);
          },
        }),
      }),
    });
    await bundle.start(stages);
    await documents().insertMany(manyNotes(30));
    await requestRun(bundle, { runId: 'c', endpoint: 'embeddings', pipeline: 'notes' });
    const stateOf = async () => (await bundle.engine.runs.get('c'))?.state;
    await eventually('the run', async () => (await stateOf()) === 'running');
    isDown = true;
    await requestCancel(bundle, 'c');

    await eventually('its end', async () => (await stateOf()) === 'cancelled');
    isDown = false;
  });

  it('E4, Y6: until the alias moves, a run that prunes deletes vectors of documents that are gone in both collections', async () => {
    await opened(4);
    await run();
    await documents().deleteMany({ _id: 'n00003' });
    change({ model: large, prune: true });

    const part = await run({ redo: 'stale', limit: 1 });
    // One with a limit deletes nothing.
    const rows = await rowsIn(ofSmall);
    await documents().updateOne({ _id: 'n00002' }, { $set: { text: '' } });
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, times: 1 });
    const all = await run({ redo: 'stale' });

    expect([part.aliasMove, all.aliasMove]).toMatchObject([{ isDone: false }, { isDone: false }]);
    expect([rows, await rowsIn(ofSmall), await rowsIn(ofLarge)]).toEqual([4, 3, 1]);
    expect(await found()).toBe(ofSmall);
  });

  it('M2, Y6: back to the earlier model, its vectors are taken where the texts are the same, and nothing is sent', async () => {
    await opened(3);
    await run();
    change({ model: large });
    await run({ redo: 'stale' });
    const { requests } = await ledgerOf(bundle);
    change({});

    const back = await run({ redo: 'stale' });

    expect(back).toMatchObject({ state: 'finished', aliasMove: { from: ofLarge, to: ofSmall, isDone: true } });
    expect(await found()).toBe(ofSmall);
    expect((await ledgerOf(bundle)).requests).toBe(requests);
  });

  it('Y6: an alias that is the name of a collection is refused before anything is paid', async () => {
    await opened(2, { vectors: { collection: 'notes' } });
    await run();
    const { requests } = await ledgerOf(bundle);
    change({ model: large });

    expect(await run({ redo: 'stale' })).toMatchObject({
      state: 'rejected',
      reason: expect.stringContaining('the alias "notes", which is the name of a collection'),
    });
    expect((await ledgerOf(bundle)).requests).toBe(requests);
  });
});

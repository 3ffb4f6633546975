import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { TimeoutError } from '@batchmill/contracts';
import {
  definePipeline,
  hashOfText,
  planRun,
  type EmbeddingsDefinition,
  type PipelineDefinition,
} from '@batchmill/pipeline';
import { EmbeddedTexts, addSavings, noSavings, vectorKey, type Batch } from '@batchmill/records';
import { verifyVectors } from '@batchmill/cli';
import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ResultIngesterModule } from '@batchmill/result-ingester';
import { estimatePipeline } from '@batchmill/service';
import { TestEngine, eventually, type KnownPipelines, type TestEngineOptions } from '@batchmill/testing';
import type { Vectors } from '@batchmill/vectors';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf } from './simulated-provider.js';

const model = 'text-embedding-3-small';

function pipelineOf(
  name = 'notes',
  { batchSize = 100, ...embeddings }: Partial<EmbeddingsDefinition> & { batchSize?: number } = {},
) {
  return definePipeline({
    name,
    source: { collection: name, parentIdField: 'note' },
    embeddings: {
      ...{ model, dimensions: 8, text: 'text', status: { field: 'embedding_status' }, vectors: { collection: name } },
      ...embeddings,
    },
    batch: { batchSize, maxRetries: 1 },
  });
}

describe('a text that is embedded once', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(options: Partial<TestEngineOptions> = {}): Promise<void> {
    const settings = { retryBaseMs: 1, ...options.settings };
    bundle = await TestEngine.open({ pipelines: [pipelineOf()], ...options, settings });
    await bundle.start(stages);
  }

  const documents = (name = 'notes') => bundle.engine.documentStore.collection(name);
  /** One note per text, of which the ids begin with the prefix. */
  const insert = (prefix: string, texts: readonly string[], name = 'notes') =>
    documents(name).insertMany(texts.map((text, index) => ({ _id: `${prefix}${index}`, note: prefix, text })));
  const run = (runId: string, request: object = {}) => runToTheEnd(bundle, { runId, pipeline: 'notes', ...request });
  const batchesOf = (runId: string): Promise<Batch[]> => Array.fromAsync(bundle.engine.batches.ofRun(runId));
  /** What a restart with another definition does. */
  const replace = (definition: PipelineDefinition) => (bundle.engine.pipelines as KnownPipelines).replace([definition]);
  const requestsBilled = async () => (await ledgerOf(bundle)).requests;

  async function savingsOf(runId: string) {
    const entries = await Array.fromAsync(bundle.engine.ledger.entries({ runId }));
    return entries.reduce(addSavings, noSavings);
  }

  /** The documents whose row is not the vector of the text that they have, and the rows of no document. */
  async function wrongRows(name = 'notes'): Promise<string[]> {
    const { vectors, provider } = bundle.engine;
    const wrong: string[] = [];
    const known = new Set<string>();
    for await (const { _id: id, text } of documents(name).find({ embedding_status: 'completed' })) {
      known.add(vectorKey(id));
      const { vectors: made } = await provider.embed({ model, dimensions: 8, texts: [String(text)] });
      const hits = await vectors.search(name, made[0] ?? new Float32Array(8), 1_000);
      const own = hits.find(({ fields }) => fields['block_mongo_id'] === id);
      if (own === undefined || own.similarity < 0.999) wrong.push(String(id));
    }
    for await (const { key } of vectors.entries(name)) if (!known.has(key)) wrong.push(key);
    return wrong;
  }

  it('M2: documents of a batch with the same text share a request, and each gets its vector', async () => {
    await opened();
    await insert('n', ['same', 'other', 'same', 'same', 'other', 'third']);
    const estimated = await estimatePipeline(bundle.engine, 'notes', {});

    const ended = await run('r');

    const [batch] = await batchesOf('r');
    expect(estimated.estimate).toMatchObject({ documents: 6, requests: 3, reused: 3, batches: 1 });
    expect(batch).toMatchObject({ documents: 6, requests: 3, reuse: { answers: 0, copies: 3 } });
    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 6 }, requests: 6 } });
    expect(ended.totals?.tokens.input).toBe(estimated.estimate.inputTokens);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3, twice: [], files: [] });
    expect(await wrongRows()).toEqual([]);
    expect(await bundle.engine.vectors.count('notes')).toBe(6);
    expect(await savingsOf('r')).toMatchObject({ counts: { requests: 3, reusedAnswers: 3 } });
  });

  it('M2: a text that is in the vector store is not bought by a later run: nothing is sent, billed or reserved', async () => {
    await opened();
    await insert('a', ['one', 'two']);
    await run('first');
    const billed = await ledgerOf(bundle);
    await insert('b', ['two', 'one', 'one']);
    const estimated = await estimatePipeline(bundle.engine, 'notes', {});

    const second = await run('second', { maxUsd: 0.000_000_001 });

    expect(estimated.estimate).toMatchObject({ documents: 3, requests: 0, reused: 3, batches: 0 });
    expect(second).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 3 }, requests: 3, batches: 0, cost: { nanoUsd: 0 } },
    });
    expect(await ledgerOf(bundle)).toEqual(billed);
    expect(await wrongRows()).toEqual([]);
    const [first, saved] = [await savingsOf('first'), await savingsOf('second')];
    expect(saved).toMatchObject({ synchronousPrice: 0, counts: { reusedAnswers: 3 } });
    expect(saved.reused).toBe(first.synchronousPrice * 1.5);
    const manifests = await batchesOf('second');
    expect(manifests.map(({ reuse }) => reuse)).toMatchObject([{ answers: 3, copies: 0 }]);
    const blobs = await Array.fromAsync(bundle.engine.blobs.list());
    expect(blobs.filter(({ name }) => name.endsWith('.reused.jsonl'))).toEqual([]);
  });

  it('M2: a text in the collection of another pipeline with the same model and dimensions is taken, and of no other', async () => {
    const others = [
      pipelineOf('other'),
      pipelineOf('wide', { dimensions: 9 }),
      pipelineOf('asked', { body: { user: 'u' } }),
      pipelineOf('large', { model: 'text-embedding-3-large' }),
    ];
    await opened({ pipelines: [pipelineOf(), ...others] });
    await insert('a', ['one', 'two']);
    await run('first');
    const requests: number[] = [];

    for (const { name } of others) {
      await insert(name, ['two', 'new'], name);
      const before = await requestsBilled();
      await run(name, { pipeline: name });
      requests.push((await requestsBilled()) - before);
    }

    expect(requests).toEqual([1, 2, 2, 2]);
    expect(await wrongRows('other')).toEqual([]);
  });

  it('M2: a collection of another pipeline that does not load holds up nothing, and is not asked each time', async () => {
    await opened({ pipelines: [pipelineOf(), pipelineOf('other')] });
    await insert('o', ['one'], 'other');
    await run('first', { pipeline: 'other' });
    await insert('n', ['two']);
    await run('second');
    const { vectors, pipelines } = bundle.engine;
    let looks = 0;
    const findVectors: Vectors['findVectors'] = async (collection, query) => {
      if (collection !== 'other') return vectors.findVectors(collection, query);
      looks += 1;
      throw new TimeoutError('vectors.timeout', 'the collection was not loaded in time');
    };
    const loading = new Proxy(vectors, {
      get: (of, name) => (name === 'findVectors' ? findVectors : (Reflect.get(of, name) as unknown)),
    });
    const texts = new EmbeddedTexts({ ...bundle.engine, vectors: loading });
    const plan = planRun(pipelines.get('notes'), {});
    const hashes = ['one', 'two'].map(hashOfText);

    for (const found of [await texts.find(plan, hashes), await texts.find(plan, hashes)]) {
      expect([...found.keys()]).toEqual([hashOfText('two')]);
    }
    expect(looks).toBe(1);
    expect((await bundle.engine.embeddedTexts.find(plan, hashes)).size).toBe(2);
  });

  it('M2: batches of a run that are at the provider at once buy a text once, and those that wait for it take its vector', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 4 })] });
    const texts = Array.from({ length: 40 }, (_, index) => `text ${index % 7}`);
    await insert('n', texts);
    const estimated = await estimatePipeline(bundle.engine, 'notes', {});

    const ended = await run('r');

    expect(estimated.estimate).toMatchObject({ documents: 40, requests: 7, reused: 33 });
    expect(ended).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: 40, failed: 0 }, requests: 40 },
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 7, twice: [], files: [] });
    expect(await wrongRows()).toEqual([]);
    expect(await savingsOf('r')).toMatchObject({ counts: { requests: 7, reusedAnswers: 33 } });
    expect(await bundle.engine.store.collection('asked_texts').count({})).toBe(0);
  });

  it('M2: two batches that wait for each other’s texts end', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 3 })] });
    await insert('n', ['one', 'two', 'three', 'one', 'four', 'two', 'four', 'three', 'five']);

    const ended = await run('r');

    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 9 } } });
    expect(await requestsBilled()).toBe(5);
    expect(await wrongRows()).toEqual([]);
  });

  it('M2: a batch that waits for another reads nothing of its own meanwhile, however long that takes', async () => {
    bundle = await TestEngine.open({
      pipelines: [pipelineOf('notes', { batchSize: 1 })],
      settings: { retryBaseMs: 1 },
    });
    await insert('n', ['same', 'same']);
    const { store, blobs } = bundle.engine;
    const waiting = async () => (await batchesOf('r')).find(({ number, requests }) => number === 1 && requests === 0);
    const stop = await bundle.start(stages.filter((stage) => stage !== BatchSubmitterModule));
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('the wait', async () => (await waiting())?.ingestion.awaits !== undefined);
    const { _id, manifest, fence } = (await waiting())!;
    const copy = await blobs.write(blobs.read(manifest), '.manifest.jsonl');
    await blobs.delete(manifest);

    await store.collection('batches').updateOne({ _id }, { $set: { nextAt: new Date(0) } });

    await eventually('another look', async () => ((await waiting())?.fence ?? 0) > fence);
    await stop();
    expect(await waiting()).toMatchObject({ state: 'settled', error: null, attempts: 0 });
    await store.collection('batches').updateOne({ _id }, { $set: { manifest: copy.name } });
    await bundle.start(stages);
    expect(await endOf(bundle, 'r')).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 2 } } });
    expect(await requestsBilled()).toBe(1);
  });

  it('M2: where the request that others wait for fails, they are sent by themselves, and none is lost', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 2 })] });
    await insert('n', ['same', 'a', 'same', 'b', 'same', 'c']);
    await injectFaults(bundle, { on: 'line', what: 'status', value: 400, match: 'n_n0' });

    const ended = await run('r');

    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5, failed: 1, left: 0 } } });
    expect(await wrongRows()).toEqual([]);
    const waiting = (await batchesOf('r')).filter(({ reuse }) => (reuse?.copies ?? 0) > 0);
    expect(waiting.length).toBeGreaterThan(0);
  });

  it('M2: a text that the provider refuses fails for every document that has it, with the same reason', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 2 })] });
    await insert('n', ['refused', 'a', 'refused', 'b', 'refused', 'c']);
    await injectFaults(
      bundle,
      ...['0', '2', '4'].map((id) => ({ on: 'line', what: 'status', value: 400, match: `n_n${id}` })),
    );

    const ended = await run('r');

    expect(ended).toMatchObject({ totals: { documents: { succeeded: 3, failed: 3 } } });
    const failed = await Array.fromAsync(documents().find({ embedding_status: 'failed' }, { sort: { _id: 1 } }));
    expect(failed.map(({ _id: id }) => id)).toEqual(['n0', 'n2', 'n4']);
    const codes = failed.map(
      (document) => (document['embedding_processing_info'] as { error?: { code: string } }).error?.code,
    );
    expect(new Set(codes).size).toBe(1);
  });

  it.each([
    ['edited', () => documents().updateOne({ _id: 'n0' }, { $set: { text: 'changed' } })],
    ['deleted', () => documents().deleteMany({ _id: 'n0' })],
  ])(
    'M2: where a document is changed before its vector is written, those with its former text ask after all: %s',
    async (_, change) => {
      bundle = await TestEngine.open({
        pipelines: [pipelineOf('notes', { batchSize: 1 })],
        settings: { retryBaseMs: 1 },
      });
      await insert('n', ['same', 'same', 'same']);
      const stop = await bundle.start(stages.filter((stage) => stage !== ResultIngesterModule));
      await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
      await eventually('the batches', async () => {
        const batches = await batchesOf('r');
        return batches.length === 3 && batches.every(({ state }) => state === 'settled');
      });
      await stop();
      await change();

      await bundle.start(stages);
      const ended = await endOf(bundle, 'r');

      expect(ended).toMatchObject({ state: 'finished', totals: { documents: { failed: 0, left: 0 } } });
      expect(await documents().count({ embedding_status: 'completed' })).toBe(await documents().count({}));
      expect((await batchesOf('r')).filter(({ requests }) => requests > 0).length).toBeGreaterThan(1);
      const twoTexts = await requestsBilled();
      expect(twoTexts).toBeLessThanOrEqual(4);
    },
  );

  it('M2: a document that changed while it waited for the vector of another is asked with its new text, and nothing counts as wasted', async () => {
    bundle = await TestEngine.open({ pipelines: [pipelineOf()], settings: { retryBaseMs: 1 } });
    await insert('n', ['same', 'same']);
    const stop = await bundle.start(stages.filter((stage) => stage !== ResultIngesterModule));
    await requestRun(bundle, { runId: 'r', pipeline: 'notes' });
    await eventually('the batch', async () => (await batchesOf('r'))[0]?.state === 'settled');
    await stop();
    await documents().updateOne({ _id: 'n1' }, { $set: { text: 'changed' } });

    await bundle.start(stages);
    const ended = await endOf(bundle, 'r');

    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 2 } } });
    expect(await wrongRows()).toEqual([]);
    expect(await savingsOf('r')).toMatchObject({
      wastedAnswers: 0,
      reused: 0,
      counts: { requests: 2, reusedAnswers: 0 },
    });
  });

  it('M2: an edited document takes the vector of a text that another has, and its own former vector serves nobody', async () => {
    await opened();
    await insert('n', ['one', 'two']);
    await run('first');
    await documents().updateOne({ _id: 'n1' }, { $set: { text: 'one' } });
    const estimated = await estimatePipeline(bundle.engine, 'notes', { redo: 'stale' });
    await run('stale', { redo: 'stale' });
    const afterEdit = await requestsBilled();
    await insert('m', ['two']);

    await run('last');

    expect(estimated.estimate).toMatchObject({ requests: 0, reused: 1 });
    expect([afterEdit, await requestsBilled()]).toEqual([2, 3]);
    expect(await wrongRows()).toEqual([]);
  });

  it('M2: a run that redoes all documents buys each text again, once per batch', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 4 })] });
    await insert('n', ['one', 'two', 'one', 'two', 'one']);
    await run('first');
    const estimated = await estimatePipeline(bundle.engine, 'notes', { redo: 'all' });

    const again = await run('again', { redo: 'all' });

    expect(again).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5 } } });
    expect(estimated.estimate).toMatchObject({ documents: 5, requests: 3, reused: 2 });
    expect(await requestsBilled()).toBe(5);
    expect(await wrongRows()).toEqual([]);
  });

  it('M2: a row that was deleted serves nobody any more, and a deleted document’s neighbour keeps its own', async () => {
    await opened();
    await insert('n', ['secret', 'secret', 'single']);
    await run('first');
    await bundle.engine.vectors.delete('notes', [vectorKey('n0'), vectorKey('n2')]);
    await documents().deleteMany({ _id: { $in: ['n0', 'n2'] } });
    await insert('m', ['secret', 'single']);

    await run('second');

    expect(await requestsBilled()).toBe(3);
    expect(await wrongRows()).toEqual([]);
  });

  it('M6: texts that a deadline sends synchronously are bought once, too', async () => {
    await opened({
      pipelines: [pipelineOf('notes', { batchSize: 2 })],
      simulator: { turnaround: { kind: 'fixed', seconds: 36_000 } },
    });
    await insert('n', ['same', 'other', 'same', 'same', 'third']);

    const ended = await run('r', { deadline: '2m' });

    expect(ended).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 5 } } });
    expect(await ledgerOf(bundle)).toMatchObject({ inputTokens: 3, batches: [] });
    expect(await wrongRows()).toEqual([]);
  });

  it('M4: a batch that a spending limit does not send leaves those that wait for it pending, and nothing is billed', async () => {
    await opened({ pipelines: [pipelineOf('notes', { batchSize: 1 })] });
    await insert('n', ['same', 'same', 'same']);

    const ended = await run('r', { maxUsd: 0.000_000_001 });

    expect(ended.state).toBe('incomplete');
    expect(await documents().count({ embedding_status: { $in: ['completed', 'failed', 'in_progress'] } })).toBe(0);
    expect(await requestsBilled()).toBe(0);
  });

  it('M4: a batch that has money reserved does not wait for one that waits for this money', async () => {
    bundle = await TestEngine.open({
      pipelines: [pipelineOf('notes', { batchSize: 2 })],
      settings: { retryBaseMs: 1, trialDocuments: 0 },
    });
    const long = (word: string) => Array.from({ length: 1_000 }, () => word).join(' ');
    await insert('n', ['same', 'first', 'same', 'second'].map(long));
    const stop = await bundle.start(stages.filter((stage) => stage !== BatchSubmitterModule));
    const unit = 10 * 1_000;
    await requestRun(bundle, { runId: 'r', pipeline: 'notes', maxUsd: (2.5 * unit) / 1e9 });
    await eventually('the batches', async () => (await batchesOf('r')).length === 2);
    await stop();
    const batches = bundle.engine.store.collection('batches');
    const later = new Date(bundle.engine.clock.now().getTime() + 2_000);
    await batches.updateOne({ requests: 2 }, { $set: { nextAt: later } });

    await bundle.start(stages);
    const ended = await endOf(bundle, 'r');

    expect((await batchesOf('r')).some(({ held, failure }) => (held ?? failure) !== null)).toBe(true);
    expect(ended.state).toBe('incomplete');
    expect((await ledgerOf(bundle)).nanoUsd).toBeLessThanOrEqual(2.5 * unit);
    expect(await documents().count({ embedding_status: 'in_progress' })).toBe(0);
    expect(await wrongRows()).toEqual([]);
  });

  it('M2: no vector is taken from a collection into which another provider has written, such as the simulator', async () => {
    await opened({ pipelines: [pipelineOf(), pipelineOf('other', { batchSize: 2 })] });
    await insert('a', ['one']);
    await run('first');
    const sources = bundle.engine.store.collection('vector_sources');
    await sources.updateOne({ _id: 'notes' }, { $addToSet: { addresses: 'https://elsewhere.example/v1' } });
    await insert('b', ['one', 'one']);
    await insert('o', ['one', 'two', 'two'], 'other');

    await run('second');
    await run('other', { pipeline: 'other' });

    const sent = await Promise.all(['second', 'other'].map(async (runId) => (await savingsOf(runId)).counts));
    expect(sent.map(({ requests, reusedAnswers }) => [requests, reusedAnswers])).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(await wrongRows()).toEqual([]);
    expect(await wrongRows('other')).toEqual([]);
  });

  it('R11 M2: neither is a document completed with such a vector, which is bought: its provider may be the other one', async () => {
    await opened();
    await insert('a', ['one', 'two']);
    await run('first');
    const marks = { embedding_status: '', embedding_processing_info: '' };
    await documents().updateMany({}, { $unset: marks });
    await run('adopting');
    const adopting = await requestsBilled();
    const sources = bundle.engine.store.collection('vector_sources');
    await sources.updateOne({ _id: 'notes' }, { $addToSet: { addresses: 'https://elsewhere.example/v1' } });
    await documents().updateMany({}, { $unset: marks });

    await run('second');

    expect([adopting, await requestsBilled()]).toEqual([2, 4]);
    expect(await wrongRows()).toEqual([]);
  });

  it('M2: a text in a collection that no pipeline writes any more is taken', async () => {
    await opened();
    await insert('a', ['one', 'two']);
    await run('first');
    const billed = await requestsBilled();
    replace(
      pipelineOf('notes', {
        vectors: { collection: 'notes_2026', fields: { kept: { path: 'note', type: 'string' } } },
      }),
    );
    const missing = await verifyVectors(bundle.engine, 'notes', { requests: true, prunes: false });

    await run('second');

    expect(missing.mended).toMatchObject({ pending: 2 });
    expect(await bundle.engine.vectors.count('notes_2026')).toBe(2);
    expect(await requestsBilled()).toBe(billed);
    expect(await savingsOf('second')).toMatchObject({ counts: { reusedAnswers: 2 } });
  });

  it('R11 M2: nothing is taken from a collection whose vectors were asked for with another body, nor adopted from it', async () => {
    await opened();
    await insert('a', ['one', 'two']);
    await run('first');
    const billed = await requestsBilled();
    replace(pipelineOf('notes', { body: { user: 'u' } }));
    await documents().updateMany({}, { $unset: { embedding_status: '', embedding_processing_info: '' } });
    await insert('b', ['one']);

    await run('second');

    expect((await requestsBilled()) - billed).toBe(2);
    expect(await savingsOf('second')).toMatchObject({ counts: { reusedAnswers: 1 } });
  });

  it('M2: where the pipeline says so, each document is requested', async () => {
    await opened({ pipelines: [pipelineOf('notes', { reuse: false })] });
    await insert('n', ['same', 'same']);
    const estimated = await estimatePipeline(bundle.engine, 'notes', {});

    await run('r');

    expect(estimated.estimate).toMatchObject({ requests: 2, reused: 0 });
    expect(await requestsBilled()).toBe(2);
  });
});

import { stages } from '@batchmill/all-in-one';
import { envelopeOf, headersOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { chat, definePipeline } from '@batchmill/pipeline';
import { blobsOfBatch, vectorKey } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { TestEngine, eventually } from '@batchmill/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { purgeDocument } from './purge-document.js';
import { PurgeTally } from './purge-tally.js';

const people = definePipeline({
  name: 'people',
  source: { collection: 'people', documentIdField: 'person', parentIdField: 'person' },
  embeddings: {
    model: 'text-embedding-3-small',
    dimensions: 8,
    text: 'text',
    vectors: { collection: 'people' },
  },
  inference: {
    functions: [
      chat({ name: 'summary', model: 'gpt-4o-mini', temperature: 0, user: 'Summarise: {{ text }}', reuse: true }),
      chat({
        name: 'mood',
        model: 'gpt-4o-mini',
        user: 'Mood: {{ text }}',
        process: () => {
          throw new Error('a mistake');
        },
      }),
    ],
  },
  batch: { maxRetries: 0 },
});

const marker = 'Ada-Lovelace';
/** The writes of a purge, after each of which its process may die. */
const writes = ['write', 'delete', 'purge', 'replaceBlobs', 'forgetIds', 'replaceErrorTexts'];
const ports = ['blobs', 'vectors', 'bus', 'batches', 'runs', 'reusableAnswers'] as const;

describe('a document that is forgotten', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [people] });
    await bundle.engine.documentStore.collection('people').insertMany([
      { _id: `${marker}-1`, person: marker, text: `A letter by ${marker}.` },
      { _id: 'babbage-1', person: 'babbage', text: 'A letter by Charles.' },
      // The same text as another: it takes the answer of that.
      { _id: `${marker}-2`, person: marker, text: `A letter by ${marker}.` },
    ]);
    const stop = await bundle.start(stages);
    for (const endpoint of ['embeddings', 'inference'] as const) await run(endpoint, endpoint);
    await stop();
  }

  async function run(runId: string, endpoint: 'embeddings' | 'inference'): Promise<void> {
    const request = new RunRequested({ runId, pipeline: 'people', endpoint });
    const { clock, ids, bus, runs } = bundle.engine;
    const envelope = envelopeOf(request, { id: ids.next(), at: clock.now(), traceparent: null });
    const headers = headersOf(envelope, '/test');
    await bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
    await eventually(`the end of ${runId}`, async () => (await runs.get(runId))?.finishedAt ?? null);
  }

  /** The engine of a process that dies after so many writes. */
  function dyingAfter(count: number): Engine {
    let left = count;
    const dying = <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (target, name) => {
          if (writes.includes(String(name)) && (left -= 1) < 0) throw new Error('killed');
          const value: unknown = Reflect.get(target, name);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
    const { engine } = bundle;
    return { ...engine, ...Object.fromEntries(ports.map((name) => [name, dying(engine[name])])) };
  }

  const purge = (engine: Engine) =>
    purgeDocument(engine, { pipeline: 'people', id: marker, isPending: false }, new PurgeTally(engine.blobs, false));

  /** Where the marker still stands: names of collections, of blobs and of the vectors. */
  async function traces(): Promise<string[]> {
    const { store, blobs, vectors, batches } = bundle.engine;
    const found: string[] = [];
    for (const name of await store.collectionNames()) {
      for await (const record of store.collection(name).find({})) {
        if (JSON.stringify(record).includes(marker)) found.push(name);
      }
    }
    for await (const { name } of blobs.list()) if ((await text(blobs.read(name))).includes(marker)) found.push(name);
    if ((await vectors.count('people')) !== 1) found.push('vectors');
    for await (const batch of batches.withBlobs()) {
      const { kept } = batch.ingestion;
      if (kept != null && !blobsOfBatch(batch).includes(kept)) found.push('lost');
    }
    return found;
  }

  it('R12: a purge that is killed at each of its writes in turn and called again leaves nothing, and what others have stays', async () => {
    await opened();
    await bundle.engine.documentStore.collection('people').deleteMany({ person: marker });
    expect((await traces()).length).toBeGreaterThan(5);

    let deaths = 0;
    for (let count = 0; count < 100; count += 1) {
      const isDone = await purge(dyingAfter(count)).then(
        () => true,
        (error: unknown) => {
          expect(error).toEqual(new Error('killed'));
          return false;
        },
      );
      if (isDone) break;
      deaths += 1;
    }

    expect(deaths).toBeGreaterThan(5);
    // What was written and named by no record when the process died goes with the sweep for such blobs.
    const named = new Set<string>();
    for await (const batch of bundle.engine.batches.withBlobs())
      for (const name of blobsOfBatch(batch)) named.add(name);
    expect((await traces()).filter((name) => !name.endsWith('.jsonl') || named.has(name))).toEqual([]);
    const [batch] = await Array.fromAsync(bundle.engine.batches.ofRun('inference'));
    expect(await text(bundle.engine.blobs.read(batch?.ingestion.kept ?? ''))).toContain('babbage-1');
    expect(await bundle.engine.store.collection('reusable_answers').count({})).toBe(1);
  });

  it('R12: its vectors go from the collections of earlier models, too, also when the runs that wrote them are forgotten', async () => {
    await opened();
    const { vectors, writtenCollections, provider } = bundle.engine;
    const fields = ['block_mongo_id', 'block_doc_id'];
    for (const name of ['earlier', 'of_others']) {
      await vectors.ensureCollection({ name, dimensions: 2, fields });
      const rows = [`${marker}-1`, 'babbage-1'].map((id) => ({
        key: vectorKey(id),
        fields: { block_mongo_id: id, block_doc_id: id },
        vector: Float32Array.of(1, 0),
      }));
      await vectors.upsert(name, rows);
    }
    const { address } = provider.accountInfo;
    const request = { model: 'm', baseModel: 'm', dimensions: 2, body: {} };
    const source = bundle.engine.pipelines.get('people').source;
    await writtenCollections.note('earlier', { address, pipeline: { name: 'removed since', source }, request });
    const others = { name: 'others', source: { ...source, collection: 'others' } };
    await writtenCollections.note('of_others', { address, pipeline: others, request });

    await purge(bundle.engine);

    const left = await Array.fromAsync(vectors.entries('earlier'), ({ key }) => key);
    expect(left).toEqual([vectorKey('babbage-1')]);
    expect(await vectors.count('of_others')).toBe(2);
  });

  it('R12: the vector of a text that is forgotten serves no later document, and one with the same text keeps its own', async () => {
    bundle = await TestEngine.open({ pipelines: [people] });
    const { documentStore, batches, vectors } = bundle.engine;
    const insert = (texts: Readonly<Record<string, string>>) =>
      documentStore
        .collection('people')
        .insertMany(Object.entries(texts).map(([id, of]) => ({ _id: id, person: id.split('_')[0], text: of })));
    await insert({ [`${marker}_1`]: 'only hers', [`${marker}_2`]: 'shared', keeps: 'shared' });
    await bundle.start(stages);
    await run('first', 'embeddings');
    await purge(bundle.engine);
    await documentStore.collection('people').deleteMany({ person: marker });
    await insert({ later_1: 'only hers', later_2: 'shared' });

    await run('second', 'embeddings');

    const sent = await Array.fromAsync(batches.ofRun('second'), ({ requests, reuse }) => [requests, reuse?.answers]);
    expect(sent).toEqual([[1, 1]]);
    const rows = await Array.fromAsync(vectors.entries('people'), ({ fields }) => fields['block_mongo_id']);
    expect(rows.toSorted()).toEqual(['keeps', 'later_1', 'later_2']);
    expect(await bundle.engine.store.collection('asked_texts').count({})).toBe(0);
  });
});

import { Books } from './books.js';
import { stages } from '@batchmill/all-in-one';
import { ResultsIngested } from '@batchmill/contracts/events';
import type { Blob, Blobs } from '@batchmill/blobs';
import { chat, definePipeline } from '@batchmill/pipeline';
import { endedRunStates, readArchive, type Batch } from '@batchmill/records';
import { TestEngine, eventually, storedRecords } from '@batchmill/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AwaitedVectors } from './awaited-vectors.js';
import { FreeAnswers } from './free-answers.js';
import { KeptAnswerWriter } from './kept-answer-writer.js';
import { LateVectors } from './late-vectors.js';
import { OutcomeWriter } from './outcome-writer.js';
import { Reprocessor } from './reprocessor.js';
import { ResultCopies } from './result-copies.js';
import { SentBatches } from './sent-batches.js';
import { ResultIngester } from './result-ingester.js';
import { UningestedBatches } from './uningested-batches.js';
import { ResultIngesterModule } from './result-ingester.module.js';

const request = { model: 'gpt-4o-mini', user: '{{ text }}' };
const inference = definePipeline({
  name: 'stories',
  source: { collection: 'stories' },
  inference: {
    functions: [chat({ ...request, name: 'topics' }), chat({ ...request, name: 'entities' })],
  },
});
/** Asks the same of every document, and the same by both functions. */
const alike = definePipeline({
  name: 'alike',
  source: { collection: 'stories' },
  inference: {
    functions: ['one', 'other'].map((name) => chat({ name, model: 'gpt-4o-mini', user: 'Tell me.', reuse: true })),
  },
});
const embeddings = definePipeline({
  name: 'vectors',
  source: { collection: 'stories', documentIdField: '_id' },
  embeddings: { dimensions: 8, text: 'text', vectors: { collection: 'stories' } },
});
const others = stages.filter((stage) => stage !== ResultIngesterModule);

describe('result-ingester', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it('S7: results.ingested names the archive, which holds each document of the batch with all its answers', async () => {
    bundle = await TestEngine.open({ pipelines: [inference] });
    const settled = await settledBatch('stories', 3);

    const events = await bundle.collect(ingester().ingest(await bundle.lease(bundle.engine.batches, settled._id)));

    const ingested = events.find((event) => event instanceof ResultsIngested);
    const documents = await Array.fromAsync(readArchive(bundle.engine.blobs, ingested?.archive ?? ''));
    expect(documents.map(({ documentId, answers }) => [documentId, answers.map((one) => one.function)])).toEqual(
      ['d0', 'd1', 'd2'].map((id) => [id, ['topics', 'entities']]),
    );
    expect(documents[1]?.answers[0]).toMatchObject({ customId: 'topics__d1', content: 'Story 1.' });
  });

  it('S7: vectors are not archived', async () => {
    bundle = await TestEngine.open({ pipelines: [embeddings] });
    const settled = await settledBatch('vectors', 3);

    const events = await bundle.collect(ingester().ingest(await bundle.lease(bundle.engine.batches, settled._id)));

    expect(events).toEqual([expect.objectContaining({ succeeded: 3, archive: null })]);
  });

  it('S7: after a crash between the archive and its checkpoint another archive is written, and no answer is written twice', async () => {
    let crashesLeft = 1;
    bundle = await TestEngine.open({
      pipelines: [inference],
      ports: ({ blobs }) => ({ blobs: failingAfter(blobs, '.archive.jsonl', () => crashesLeft-- > 0) }),
    });
    const settled = await settledBatch('stories', 3);

    await bundle.start([ResultIngesterModule]);
    const run = await eventually('the end of the run', async () => {
      for await (const one of storedRecords(bundle.engine.store).runs.find({ state: { $in: endedRunStates } }))
        return one;
      return null;
    });

    const { ingestion } = (await bundle.engine.batches.get(settled._id))!;
    const documents = await Array.fromAsync(readArchive(bundle.engine.blobs, ingestion.archive ?? ''));
    expect(crashesLeft).toBeLessThan(0);
    expect(documents).toHaveLength(3);
    expect(run.totals).toMatchObject({ documents: { succeeded: 3 }, requests: 6 });
    for await (const story of bundle.engine.documentStore.collection('stories').find({})) {
      expect(story['event_response']).toHaveLength(2);
    }
  });

  it('M2: after a crash between the file of shared answers and its checkpoint it is written again, and no answer is written twice', async () => {
    let crashesLeft = 1;
    bundle = await TestEngine.open({
      pipelines: [alike],
      settings: { sliceLines: 1 },
      ports: ({ blobs }) => ({ blobs: failingAfter(blobs, '.reused.jsonl', () => crashesLeft-- > 0) }),
    });
    const settled = await settledBatch('alike', 3);

    await bundle.start([ResultIngesterModule]);
    await eventually('the batch', async () => (await bundle.engine.batches.get(settled._id))?.state === 'ingested');

    const { requests, reuse, ingestion } = (await bundle.engine.batches.get(settled._id))!;
    expect([requests, reuse?.copies, crashesLeft]).toEqual([1, 5, -1]);
    expect(ingestion).toMatchObject({ succeeded: 6, duplicates: 0, unknown: 0, reused: { answers: 5 } });
    const documents = await Array.fromAsync(readArchive(bundle.engine.blobs, ingestion.archive ?? ''));
    expect(documents.map(({ answers }) => answers.length)).toEqual([2, 2, 2]);
    for await (const story of bundle.engine.documentStore.collection('stories').find({})) {
      expect(story['event_response']).toHaveLength(2);
    }
  });

  function ingester(): ResultIngester {
    const { runs, claims, batches, documents, blobs, vectors, pipelines, provider } = bundle.engine;
    const { embeddedTexts, ledger, spendings, reusableAnswers, engineSettings, clock, ids, log } = bundle.engine;
    const copies = new ResultCopies(blobs, provider, engineSettings, clock, log);
    const sentBatches = new SentBatches(runs, pipelines, blobs);
    const late = new LateVectors(documents, log);
    const writer = new OutcomeWriter(documents, vectors, late, reusableAnswers, engineSettings, clock, ids);
    const kept = new KeptAnswerWriter(documents, vectors, late, clock);
    const books = new Books(ledger, spendings, runs, provider, engineSettings, log);
    const reprocessor = new Reprocessor(sentBatches, batches, documents, blobs, kept, books, engineSettings, clock);
    const uningested = new UningestedBatches(runs, engineSettings, clock, log);
    return new ResultIngester(
      sentBatches,
      blobs,
      copies,
      new FreeAnswers(blobs, new AwaitedVectors(claims, batches, embeddedTexts, clock)),
      writer,
      reprocessor,
      uningested,
      books,
      engineSettings,
      clock,
    );
  }

  /** A batch that waits to be ingested. The other stages are running. */
  async function settledBatch(pipeline: string, count: number): Promise<Batch> {
    const { runs, documentStore } = bundle.engine;
    const stories = Array.from({ length: count }, (_, index) => ({ _id: `d${index}`, text: `Story ${index}.` }));
    await documentStore.collection('stories').insertMany(stories);
    await bundle.start(others);
    await bundle.collect(only(runs.insert(runs.new('run', { pipeline }, null))));
    return eventually('the batch to be settled', async () => {
      for await (const batch of storedRecords(bundle.engine.store).batches.find({ state: 'settled' })) return batch;
      return null;
    });
  }
});

/** Blobs whose write of this suffix succeeds and then throws. */
function failingAfter(blobs: Blobs, suffix: string, crashes: () => boolean): Blobs {
  const write = async (content: AsyncIterable<Uint8Array | string>, blobSuffix: string): Promise<Blob> => {
    const blob = await blobs.write(content, blobSuffix);
    if (blobSuffix === suffix && crashes()) throw new Error('crashed after the write');
    return blob;
  };
  return new Proxy(blobs, {
    get: (target, key) => {
      if (key === 'write') return write;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function* only<T>(item: T): AsyncGenerator<T, void, undefined> {
  yield item;
}

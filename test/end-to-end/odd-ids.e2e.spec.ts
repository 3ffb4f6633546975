import { stages } from '@batchmill/all-in-one';
import { encodeId, idText } from '@batchmill/documents';
import { readManifest, type Run } from '@batchmill/records';
import { TestEngine, storedRecords } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Binary, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp, UUID } from 'bson';
import { outcomesOf } from './documents.js';
import { notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

const dimensions = 64;

/** Each as `_id`, and again as the id of the parent document. */
const ids: readonly unknown[] = [
  'with a space',
  'with/slashes\\and "quotes"',
  'with_under_scores',
  '_',
  ' ',
  'unicode: ärger 水車 🌊',
  'e\u0301 and \u00e9',
  'a\nnew line, a\ttab',
  '<script>{{ text }}</script>',
  '$where',
  'a.b.c',
  'x'.repeat(200),
  'x'.repeat(1_000),
  '42',
  42,
  -1,
  0,
  4.5,
  1e300,
  Long.fromString('9007199254740993'),
  Decimal128.fromString('0.1'),
  '65f0c0ffee65f0c0ffee0001',
  new ObjectId('65f0c0ffee65f0c0ffee0001'),
  new Date('2024-02-29T12:00:00.123Z'),
  '2024-02-29T12:00:00.123Z',
  { report: 7, part: 'b' },
  { part: 'b', report: 7 },
  { nested: { at: new Date(0), list: [1, 'two'] } },
  new UUID('01234567-89ab-4cde-8f01-23456789abcd'),
  new Binary(Buffer.from([0, 1, 255])),
  new Timestamp({ t: 1, i: 2 }),
  true,
  false,
  new MinKey(),
  new MaxKey(),
];

/** Pairs whose custom_ids would be equal if ids were only joined: `summary_a_b_c` is chunk `b_c` of `a`, or `c` of `a_b`. */
const ambiguous = [
  { _id: 'b_c', note: 'a' },
  { _id: 'c', note: 'a_b' },
  { _id: 'n-1', note: 'a' },
  { _id: 'n 1', note: 'a' },
];

describe('ids of any kind', () => {
  let bundle: TestEngine;
  let run: Run;
  let documents: Record<string, unknown>[];

  beforeAll(async () => {
    const pipeline = { ...notes, embeddings: { ...notes.embeddings!, dimensions } };
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    documents = [...ids.map((id, index) => ({ _id: id, note: ids[(index * 7 + 3) % ids.length] })), ...ambiguous].map(
      (one, index) => ({ ...one, topic: 'mills', text: `Text ${index} of ${'many '.repeat(index)}words.` }),
    );
    await bundle.engine.documentStore.collection('notes').insertMany(documents);
    await bundle.start(stages);
    run = await runToTheEnd(bundle, { runId: 'odd', pipeline: 'notes', endpoint: 'embeddings' });
  });
  afterAll(() => bundle.close());

  it('E3: every document is found and embedded once, whatever the type of its id', async () => {
    expect(run).toMatchObject({
      state: 'finished',
      totals: { documents: { succeeded: documents.length, failed: 0, left: 0, takenOver: 0 } },
    });
    const outcomes = await outcomesOf(bundle, 'embeddings');
    expect(outcomes.filter(({ status }) => status !== 'completed')).toEqual([]);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: documents.length, ...nothingTwiceNothingLeft });
  });

  it('E4: each vector is stored with the ids of its own document', async () => {
    const { provider, vectors } = bundle.engine;
    expect(await vectors.count('notes')).toBe(documents.length);

    const texts = documents.map(({ text }) => text as string);
    const embedded = await provider.embed({ model: 'text-embedding-3-small', dimensions, texts });
    for (const [index, { _id, note }] of documents.entries()) {
      const hits = await vectors.search('notes', embedded.vectors[index]!, documents.length);
      const own = hits.filter(({ similarity }) => similarity > 0.9999);
      expect(own).toContainEqual(
        expect.objectContaining({
          fields: expect.objectContaining({ block_mongo_id: idText(_id), block_doc_id: idText(note) }),
        }),
      );
    }
  });

  it('E3: each custom_id is valid at the provider and belongs to one document only', async () => {
    const names = new Map<string, string>();
    for await (const batch of storedRecords(bundle.engine.store).batches.find({})) {
      for await (const line of readManifest(bundle.engine.blobs, batch.manifest)) {
        expect(line.customId).toMatch(/^embeddings_[A-Za-z0-9_-]{1,53}$/);
        names.set(line.customId ?? '', encodeId(line.documentId));
      }
    }
    expect(names.size).toBe(documents.length);
    expect(new Set(names.values()).size).toBe(documents.length);
  });

  it('a second run finds all of them done', async () => {
    const second = await runToTheEnd(bundle, { runId: 'second', pipeline: 'notes', endpoint: 'embeddings' });

    expect(second.totals?.documents).toEqual({ succeeded: 0, failed: 0, left: 0, takenOver: 0 });
  });

  it('X2: each document can be processed again', async () => {
    const request = { runId: 'third', pipeline: 'notes', endpoint: 'embeddings', redo: 'all' } as const;

    const third = await runToTheEnd(bundle, request);

    expect(third.totals?.documents.succeeded).toBe(documents.length);
    expect(await bundle.engine.vectors.count('notes')).toBe(documents.length);
  });
});

describe('documents that are requested by the texts of their ids', () => {
  let bundle: TestEngine;
  afterAll(() => bundle.close());

  it('E1: are found whatever the type of the id, and ids of which there is no document are reported', async () => {
    const pipeline = { ...notes, embeddings: { ...notes.embeddings!, dimensions } };
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    const documents = ids.map((id, index) => ({ _id: id, note: 'book', topic: 'mills', text: `Text ${index}.` }));
    await bundle.engine.documentStore.collection('notes').insertMany(documents);
    await bundle.start(stages);
    // As a decimal, 4.50 is equal to the number.
    const requested = [...ids.map(idText), '4.50', 'unknown', 99, '{"$oid":"65f0c0ffee65f0c0ffee0009"}'];

    const run = await runToTheEnd(bundle, {
      runId: 'r',
      pipeline: 'notes',
      endpoint: 'embeddings',
      documents: requested,
    });

    expect(run.totals?.documents.succeeded).toBe(ids.length);
    expect(run.unknownIds).toEqual({ count: 3, first: ['unknown', '99', '{"$oid":"65f0c0ffee65f0c0ffee0009"}'] });
  });
});

describe('documents of one chunk id', () => {
  let bundle: TestEngine;
  afterAll(() => bundle.close());

  it('E3 I3: documents with the same chunk id have separate requests in one file, and each gets its own answer', async () => {
    bundle = await TestEngine.open({ pipelines: [{ ...notes, source: { ...notes.source, chunkIdField: 'chunk' } }] });
    const twins = Array.from({ length: 4 }, (_, index) => ({
      _id: `twin${index}`,
      chunk: 'c1',
      note: 'book',
      topic: 'mills',
      text: `Word${index} stands in twin ${index} only.`,
    }));
    await bundle.engine.documentStore.collection('notes').insertMany(twins);
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', functions: ['summary'] });

    expect(run.totals).toMatchObject({ documents: { succeeded: 4 }, batches: 1, requests: 4 });
    for (const { document } of await outcomesOf(bundle, 'inference')) {
      const [answer] = document['answers'] as { text: string }[];
      expect(answer?.text).toContain(`Word${String(document['_id']).at(-1) ?? ''}`);
    }
  });
});

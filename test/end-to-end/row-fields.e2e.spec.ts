import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { verifyVectors } from '@batchmill/cli';
import { definePipeline } from '@batchmill/pipeline';
import { vectorKey } from '@batchmill/records';
import { ResultIngesterModule } from '@batchmill/result-ingester';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomeOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, reprocess, requestRun, runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';

const fields = {
  topic: { type: 'string', maxBytes: 20 },
  pages: { type: 'integer', path: 'about.pages' },
  written: { type: 'date', default: '2026-01-01' },
} as const;
const filed = definePipeline({
  ...notes,
  embeddings: { ...notes.embeddings!, vectors: { collection: 'notes', fields } },
});
const embed = { pipeline: 'notes', endpoint: 'embeddings' } as const;
const [first, second, third] = ['n00000', 'n00001', 'n00002'] as const;
const written = new Date('2026-11-29T12:00:00.000Z');
const newYear = BigInt(Date.UTC(2026, 0, 1));

describe('fields of documents that are stored with their vectors', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(pipeline = filed): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings: { retryBaseMs: 1 } });
    await documents().insertMany(
      manyNotes(3).map((note, index) => ({ ...note, about: { pages: index }, ...(index === 0 && { written }) })),
    );
  }

  const documents = () => bundle.engine.documentStore.collection('notes');
  const change = (_id: string, $set: Readonly<Record<string, unknown>>) => documents().updateOne({ _id }, { $set });
  const rowOf = async (id: string) => (await bundle.engine.vectors.find('notes', [vectorKey(id)])).get(vectorKey(id));
  const verify = (requests = false) => verifyVectors(bundle.engine, 'notes', { requests, prunes: false });

  it('E4: are those of the document, typed, with defaults, and searches filter by them', async () => {
    await opened();
    await bundle.start(stages);

    await runToTheEnd(bundle, { runId: 'r', ...embed });

    expect(await rowOf(first)).toMatchObject({
      fields: { topic: 'rivers', block_mongo_id: first, model: 'text-embedding-3-small' },
      values: { pages: 0n, written: BigInt(written.getTime()) },
    });
    expect(await rowOf(second)).toMatchObject({
      fields: { topic: 'bridges' },
      values: { pages: 1n, written: newYear },
    });
    const hits = await bundle.engine.vectors.search('notes', new Float32Array(8).fill(1), 5, {
      kind: 'comparison',
      field: 'pages',
      is: '>',
      value: 0n,
    });
    expect(hits.map((hit) => hit.fields['block_mongo_id']).sort()).toEqual([second, third]);
  });

  it('E4: that are missing or do not fit, and ids that are too long, fail their documents before anything is paid', async () => {
    await opened();
    await change(first, { topic: 'x'.repeat(21) });
    await documents().updateOne({ _id: second }, { $unset: { about: '' } });
    await change(third, { note: 'y'.repeat(1_025) });
    await documents().insertMany([{ ...manyNotes(4)[3], about: { pages: 1.5 } }]);
    await bundle.start(stages);

    await runToTheEnd(bundle, { runId: 'r', ...embed });

    const codeOf = async (id: string) => (await outcomeOf(bundle, 'embeddings', id)).info.error?.code;
    expect(await codeOf(first)).toBe('document.row-field-unfit');
    expect(await codeOf(second)).toBe('document.row-field-missing');
    expect(await codeOf(third)).toBe('document.id-too-long');
    expect(await codeOf('n00003')).toBe('document.row-field-unfit');
    expect((await ledgerOf(bundle)).requests).toBe(0);
  });

  it('E4: that change without the text are found by verify, and updated without paying', async () => {
    await opened();
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'r', ...embed });
    const { requests } = await ledgerOf(bundle);
    await change(first, { topic: 'mills', 'about.pages': 70 });
    await change(second, { topic: ['a list'] });

    const found = await verify();
    const fixed = await verify(true);
    const after = await verify();

    expect(found.counts).toMatchObject({ 'other-fields': 2, stale: 0, missing: 0 });
    expect(fixed.mended).toEqual({ pending: 0, updated: 1, deleted: 0 });
    expect(await rowOf(first)).toMatchObject({ fields: { topic: 'mills' }, values: { pages: 70n } });
    expect(after.differences).toMatchObject([{ kind: 'other-fields', document: second }]);
    await change(second, { topic: 'bridges' });
    expect((await verify()).differences).toEqual([]);
    const again = await runToTheEnd(bundle, { runId: 'again', ...embed });
    expect(again.totals?.requests).toBe(0);
    expect((await ledgerOf(bundle)).requests).toBe(requests);
  });

  it.each<[string, typeof notes]>([
    ['with fields', filed],
    ['without fields', notes],
  ])(
    'E4: are also its ids: those that change are found by verify, and updated without paying: %s',
    async (_, pipeline) => {
      await opened(pipeline);
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'r', ...embed });
      await change(first, { note: 'moved' });

      const found = await verify(true);

      expect(found.counts).toMatchObject({ 'other-fields': 1, stale: 0, missing: 0 });
      expect(found.mended).toEqual({ pending: 0, updated: 1, deleted: 0 });
      expect((await rowOf(first))?.fields).toMatchObject({ block_mongo_id: first, block_doc_id: 'moved' });
      expect((await verify()).differences).toEqual([]);
    },
  );

  it('R11: of a vector that is adopted are updated', async () => {
    await opened();
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'r', ...embed });
    await change(first, { topic: 'mills', embedding_status: 'pending' });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed });

    expect(again.totals?.requests).toBe(0);
    expect((await rowOf(first))?.fields['topic']).toBe('mills');
    expect((await verify()).differences).toEqual([]);
  });

  it('E4: that change while the text is embedded are stored as they are then; what does not fit any more keeps its answer', async () => {
    await opened();
    const stop = await bundle.start(stages.filter((stage) => stage !== ResultIngesterModule));
    await requestRun(bundle, { runId: 'r', ...embed });
    await eventually('the answers', async () => (await bundle.engine.batches.get('r.c1.b1'))?.state === 'settled');
    await stop();
    await change(first, { topic: 'mills' });
    await change(second, { topic: 7 });

    await bundle.start(stages);
    await endOf(bundle, 'r');

    expect((await rowOf(first))?.fields['topic']).toBe('mills');
    expect(await rowOf(second)).toBeUndefined();
    expect((await outcomeOf(bundle, 'embeddings', second)).info.error?.code).toBe('document.vector-refused');
    const { requests } = await ledgerOf(bundle);
    await change(second, { topic: 'bridges' });
    await reprocess(bundle, 'r.c1.b1');
    expect((await rowOf(second))?.fields['topic']).toBe('bridges');
    expect((await ledgerOf(bundle)).requests).toBe(requests);
  });

  it('E4: of a collection that has others refuse the run before anything is paid', async () => {
    await opened();
    await bundle.engine.vectors.ensureCollection({
      ...{ name: 'notes', dimensions: 8, fields: ['block_mongo_id', 'block_doc_id'] },
    });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', ...embed });

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringContaining('pages (integer)') });
    expect((await ledgerOf(bundle)).requests).toBe(0);
    await expect(verify()).rejects.toMatchObject({ code: 'vectors.other-fields' });
  });

  const partitioned = definePipeline({
    ...filed,
    embeddings: { ...notes.embeddings!, vectors: { collection: 'notes', fields, partitionBy: 'topic' } },
  });

  it('E4: by one of which the collection is partitioned, move their row when it changes', async () => {
    await opened(partitioned);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'r', ...embed });
    const { requests } = await ledgerOf(bundle);
    await change(first, { topic: 'weirs' });

    expect((await verify(true)).mended).toEqual({ pending: 0, updated: 1, deleted: 0 });

    const idsWhere = async (topic: string) => {
      const where = { kind: 'comparison', field: 'topic', is: '=', value: topic } as const;
      const hits = await bundle.engine.vectors.search('notes', new Float32Array(8).fill(1), 5, where);
      return hits.map((hit) => hit.fields['block_mongo_id']);
    };
    expect(await idsWhere('weirs')).toEqual([first]);
    expect(await idsWhere('rivers')).toEqual([]);
    expect((await verify()).differences).toEqual([]);
    expect((await ledgerOf(bundle)).requests).toBe(requests);
  });

  it.each<[string, typeof notes, object]>([
    ['partitions where it has none', partitioned, {}],
    ['none where it has partitions', filed, { partitionField: 'topic' }],
    ['other partitions', partitioned, { partitionField: 'pages' }],
  ])('E4: of a collection for which the pipeline says %s refuse the run before anything is paid', async (...of) => {
    const [, pipeline, partitions] = of;
    await opened(pipeline);
    await bundle.engine.vectors.ensureCollection({
      ...{ name: 'notes', dimensions: 8, fields: ['block_mongo_id', 'block_doc_id', 'topic'], ...partitions },
      valueFields: { written: 'integer', pages: 'integer' },
    });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', ...embed });

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringContaining('partitions by the field topic') });
    expect((await ledgerOf(bundle)).requests).toBe(0);
    await expect(verify()).rejects.toMatchObject({ code: 'vectors.other-fields' });
  });

  it("E4: a collection of the user's own shape is written to by a map of fields, with the ids in fields of other names", async () => {
    const vectors = { collection: 'books', idFields: { chunk: 'passage', parent: 'book' }, fields };
    await opened(definePipeline({ ...filed, embeddings: { ...notes.embeddings!, vectors } }));
    await bundle.engine.vectors.ensureCollection({
      ...{ name: 'books', dimensions: 8, fields: ['book', 'topic', 'passage'] },
      valueFields: { written: 'integer', pages: 'integer' },
    });
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', ...embed });

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3 } } });
    const key = vectorKey(second);
    expect((await bundle.engine.vectors.find('books', [key])).get(key)).toEqual({
      key,
      fields: { passage: second, book: 'book1', topic: 'bridges' },
      values: { pages: 1n, written: newYear },
    });
    await documents().deleteMany({ _id: second });
    expect((await verify()).differences).toMatchObject([{ kind: 'orphaned', document: second }]);
  });
});

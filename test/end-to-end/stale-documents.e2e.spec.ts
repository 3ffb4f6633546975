import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { definePipeline, hashOfText } from '@batchmill/pipeline';
import { vectorKey } from '@batchmill/records';
import { ResultIngesterModule } from '@batchmill/result-ingester';
import { estimatePipeline, reportRun } from '@batchmill/service';
import { TestEngine, eventually } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { endOf, requestRun, runToTheEnd } from './runs.js';
import { ledgerOf } from './simulated-provider.js';

const embed = { pipeline: 'notes', endpoint: 'embeddings' } as const;
const edited = 'n00001';

describe('a document whose text changes', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  async function opened(count: number, pipeline = notes): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline], settings: { retryBaseMs: 1 } });
    await documents().insertMany(manyNotes(count));
  }

  const documents = () => bundle.engine.documentStore.collection('notes');
  const edit = (text: string) => documents().updateOne({ _id: edited }, { $set: { text } });
  const rowOf = async (id: string) => (await bundle.engine.vectors.find('notes', [vectorKey(id)])).get(vectorKey(id));
  /** Whose vector is nearest to that of a text. */
  async function nearestTo(text: string): Promise<string | undefined> {
    const { vectors, provider } = bundle.engine;
    const { vectors: found } = await provider.embed({ model: 'text-embedding-3-small', dimensions: 8, texts: [text] });
    const [hit] = await vectors.search('notes', found[0] ?? new Float32Array(8), 1);
    return hit !== undefined && hit.similarity > 0.999 ? hit.fields['block_mongo_id'] : undefined;
  }

  it('E4: with each vector it is known of which text it was made, by which model, in how many dimensions, and when', async () => {
    await opened(2);
    await bundle.start(stages);

    await runToTheEnd(bundle, { runId: 'r', ...embed });

    for (const { document, info } of await outcomesOf(bundle, 'embeddings')) {
      const textHash = hashOfText(String(document['text']));
      const origin = { textHash, model: 'text-embedding-3-small', dimensions: 8 };
      expect(info.functions?.['embeddings']?.embedded).toEqual({ ...origin, at: expect.any(Date) });
      expect((await rowOf(String(document['_id'])))?.fields).toMatchObject({
        text_hash: textHash,
        model: origin.model,
      });
    }
  });

  it('E4: after it was sent is not overwritten by the vector of its older text: it is requested again, and no attempt is used up', async () => {
    await opened(3);
    const stop = await bundle.start(stages.filter((stage) => stage !== ResultIngesterModule));
    await requestRun(bundle, { runId: 'r', ...embed });
    await eventually('the answers', async () => (await bundle.engine.batches.get('r.c1.b1'))?.state === 'settled');
    await stop();
    await edit('Entirely different words about bridges.');

    await bundle.start(stages);
    const run = await endOf(bundle, 'r');

    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 3, failed: 0, left: 0 } } });
    expect((await ledgerOf(bundle)).requests).toBe(4);
    const { info } = await outcomeOf(bundle, 'embeddings', edited);
    expect(info.functions?.['embeddings']).toMatchObject({
      state: 'done',
      attempts: 1,
      embedded: { textHash: hashOfText('Entirely different words about bridges.') },
    });
    expect(info.errors).toMatchObject([{ code: 'document.changed' }]);
    expect(await nearestTo('Entirely different words about bridges.')).toBe(edited);
    const { ingestion } = (await bundle.engine.batches.get('r.c1.b1'))!;
    expect(ingestion).toMatchObject({ succeeded: 2, retried: 1, stale: 1 });
    expect(ingestion.unanswered?.nanoUsd).toBeGreaterThan(0);
  });

  it('E4: after it was embedded is found by the redo of stale documents, and nothing else is embedded again', async () => {
    await opened(5);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed });
    await edit('Entirely different words about bridges.');
    await documents().updateOne({ _id: 'n00002' }, { $set: { topic: 'another field' } });
    const before = (await ledgerOf(bundle)).requests;

    const plain = await runToTheEnd(bundle, { runId: 'plain', ...embed });
    const estimate = await estimatePipeline(bundle.engine, 'notes', { endpoint: 'embeddings', redo: 'stale' });
    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'stale' });
    const last = await runToTheEnd(bundle, { runId: 'last', ...embed, redo: 'stale' });

    expect(plain.totals?.requests).toBe(0);
    expect(estimate).toMatchObject({ claimableCount: 1, stale: 1, others: 4 });
    expect(again.totals).toMatchObject({ requests: 1, documents: { succeeded: 1 } });
    expect(last.totals?.requests).toBe(0);
    expect((await ledgerOf(bundle)).requests).toBe(before + 1);
    expect(await nearestTo('Entirely different words about bridges.')).toBe(edited);
    expect(await bundle.engine.vectors.count('notes')).toBe(5);
  });

  it('E4: after it was embedded is found by every run of a pipeline that watches by scans', async () => {
    await opened(5, definePipeline({ ...notes, embeddings: { ...notes.embeddings!, watch: 'scan' } }));
    await bundle.start(stages);
    const first = await runToTheEnd(bundle, { runId: 'first', ...embed });
    await edit('Entirely different words about bridges.');

    const plain = await runToTheEnd(bundle, { runId: 'plain', ...embed });

    expect(plain).toMatchObject({ state: 'finished', totals: { requests: 1, documents: { succeeded: 1 } } });
    expect((await reportRun(bundle.engine, plain)).stale).toBe(1);
    expect((await reportRun(bundle.engine, first)).stale).toBe(0);
    expect(await nearestTo('Entirely different words about bridges.')).toBe(edited);
  });

  it('E4: to nothing fails, and is not embedded; where vectors are of another model, it is embedded again', async () => {
    await opened(2);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed });
    await edit(' ');
    const path = 'embedding_processing_info.functions.embeddings.embedded.model';
    await documents().updateOne({ _id: 'n00000' }, { $set: { [path]: 'another-model' } });
    await bundle.engine.vectors.delete('notes', [vectorKey('n00000')]);

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed, redo: 'stale' });

    expect(again.totals).toMatchObject({ requests: 1, documents: { succeeded: 1, failed: 1 } });
    expect((await outcomeOf(bundle, 'embeddings', edited)).info.error).toMatchObject({ code: 'document.text-empty' });
  });

  it('E4: is no reason to redo answers to prompts, which are not of vectors', async () => {
    await opened(1);
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference', redo: 'stale' });

    expect(run).toMatchObject({ state: 'rejected', reason: expect.stringContaining('makes no vectors') });
  });

  it('R11 M2: and comes back to what was embedded is not bought again, nor is one whose marks are lost; a redo of all buys', async () => {
    await opened(4);
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed });
    const marks = { embedding_status: '', embedding_processing_info: '' };
    await documents().updateMany({ _id: { $in: ['n00000', edited, 'n00002'] } }, { $unset: marks });
    await edit('Entirely different words about bridges.');
    await documents().updateOne({ _id: 'n00003' }, { $set: { embedding_status: 'pending' } });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed });
    const adopted = await outcomesOf(bundle, 'embeddings');
    const all = await runToTheEnd(bundle, { runId: 'all', ...embed, redo: 'all' });

    expect(again).toMatchObject({ state: 'finished', totals: { requests: 1, documents: { succeeded: 1 } } });
    for (const { document, status, info } of adopted) {
      expect(status).toBe('completed');
      expect(info.functions?.['embeddings']).toMatchObject({
        state: 'done',
        embedded: { textHash: hashOfText(String(document['text'])), model: 'text-embedding-3-small', dimensions: 8 },
      });
    }
    expect(all.totals?.requests).toBe(4);
  });

  it('R11 Y5: the trial of a large run takes the first documents that must be requested, after those that have their vectors', async () => {
    bundle = await TestEngine.open({ pipelines: [notes], settings: { trialDocuments: 3 } });
    await documents().insertMany(manyNotes(35));
    await bundle.start(stages);
    await runToTheEnd(bundle, { runId: 'first', ...embed, documents: ['n00000', 'n00001', 'n00003', 'n00004'] });
    await documents().updateMany({}, { $unset: { embedding_status: '', embedding_processing_info: '' } });

    const again = await runToTheEnd(bundle, { runId: 'again', ...embed });

    const batches = await Array.fromAsync(bundle.engine.batches.ofRun('again'));
    const requests = batches.toSorted((one, other) => one._id.localeCompare(other._id)).map((batch) => batch.requests);
    expect(requests).toEqual([3, 10, 10, 8]);
    expect(again).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 31, failed: 0, left: 0 } } });
    expect((await ledgerOf(bundle)).requests).toBe(35);
  });

  describe('or that is gone', () => {
    const pruned = definePipeline({
      ...notes,
      // Completed documents do not match this query. Their vectors stay all the same.
      source: { ...notes.source, queryTemplate: { topic: { $ne: 'off' }, embedding_status: 'pending' } },
      embeddings: { ...notes.embeddings!, prune: true },
    });
    const remove = (id: string) => documents().deleteMany({ _id: id });
    const idsOfVectors = async () =>
      (
        await Array.fromAsync(bundle.engine.vectors.entries('notes'), ({ fields }) => fields['block_mongo_id'])
      ).toSorted();

    it('E4: has its vector deleted by each run over all documents, where the pipeline prunes, and no other', async () => {
      await opened(5, pruned);
      await documents().updateMany({}, { $set: { embedding_status: 'pending' } });
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      await remove('n00002');
      await documents().updateOne({ _id: 'n00003' }, { $set: { topic: 'off' } });
      await bundle.engine.vectors.upsert('notes', [
        {
          key: 'of another program',
          fields: { block_mongo_id: 'theirs', block_doc_id: 'theirs' },
          optional: { text_hash: 'unknown', model: 'text-embedding-3-small' },
          vector: new Float32Array(8).fill(1),
        },
      ]);

      await runToTheEnd(bundle, { runId: 'second', ...embed });

      expect(await idsOfVectors()).toEqual(['n00000', 'n00001', 'n00004', 'theirs']);
      expect(bundle.log.lines).toContainEqual(
        expect.objectContaining({
          message: 'vectors whose document is gone, or does not match the query any more, were deleted',
          fields: expect.objectContaining({ runId: 'second', vectors: 2 }),
        }),
      );
    });

    it('E4: or no longer matched the query when its vector was deleted is embedded again once it matches', async () => {
      await opened(3, pruned);
      await documents().updateMany({}, { $set: { embedding_status: 'pending' } });
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      await documents().updateOne({ _id: 'n00001' }, { $set: { topic: 'off' } });
      await runToTheEnd(bundle, { runId: 'off', ...embed });
      expect(await idsOfVectors()).toEqual(['n00000', 'n00002']);

      await documents().updateOne({ _id: 'n00001' }, { $set: { topic: 'on' } });
      const again = await runToTheEnd(bundle, { runId: 'on', ...embed });

      expect(again).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 1 } } });
      expect(await idsOfVectors()).toEqual(['n00000', 'n00001', 'n00002']);
    });

    it('E4: keeps its vector where it does not match the query only because of what the run has written', async () => {
      const byField = definePipeline({
        ...pruned,
        source: { ...notes.source, queryTemplate: { topic: { $ne: 'off' }, 'seen.at': null } },
        embeddings: { ...pruned.embeddings!, updateTemplate: { $set: { seen: { at: '{{run_id}}' } } } },
      });
      await opened(3, byField);
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      expect(await idsOfVectors()).toHaveLength(3);
      await remove('n00002');

      await runToTheEnd(bundle, { runId: 'second', ...embed });

      expect(await idsOfVectors()).toEqual(['n00000', 'n00001']);
    });

    it('E4: keeps its vector where no document matches the query, and the log says so: another collection may have been named', async () => {
      await opened(3, pruned);
      await documents().updateMany({}, { $set: { embedding_status: 'pending' } });
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      await documents().deleteMany({});

      await runToTheEnd(bundle, { runId: 'second', ...embed });

      expect(await idsOfVectors()).toHaveLength(3);
      expect(bundle.log.lines).toContainEqual(
        expect.objectContaining({
          message: expect.stringContaining('no vector is deleted, since no document matches'),
        }),
      );
    });

    it('E4: keeps its vector in a run over some documents, and where the pipeline does not prune', async () => {
      await opened(5);
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      await remove('n00002');
      await runToTheEnd(bundle, { runId: 'unpruned', ...embed });
      expect(await idsOfVectors()).toHaveLength(5);
      await bundle.close();

      await opened(5, definePipeline({ ...notes, embeddings: { ...notes.embeddings!, prune: true } }));
      await bundle.start(stages);
      await runToTheEnd(bundle, { runId: 'first', ...embed });
      await remove('n00002');
      await runToTheEnd(bundle, { runId: 'limited', ...embed, limit: 1 });
      await runToTheEnd(bundle, { runId: 'named', ...embed, documents: ['n00001'] });
      expect(await idsOfVectors()).toHaveLength(5);
      await runToTheEnd(bundle, { runId: 'whole', ...embed });
      expect(await idsOfVectors()).toEqual(['n00000', 'n00001', 'n00003', 'n00004']);
    });
  });

  it('E4: again and again while it is embedded is left pending in the end', async () => {
    let edits = 0;
    const changing = definePipeline({
      ...notes,
      name: 'changing',
      embeddings: { ...notes.embeddings!, text: () => `other words ${(edits += 1)}` },
    });
    await opened(3, changing);
    await bundle.start(stages);

    const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'changing', endpoint: 'embeddings' });

    expect(run).toMatchObject({ state: 'incomplete', totals: { documents: { succeeded: 0, failed: 0, left: 3 } } });
    expect(await bundle.engine.vectors.count('notes')).toBe(0);
    expect((await ledgerOf(bundle)).requests).toBeLessThan(30);
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, type PipelineDefinition } from '@batchmill/pipeline';
import type { Run } from '@batchmill/records';
import { TestEngine, storedRecords } from '@batchmill/testing';
import { outcomeOf, outcomesOf } from './documents.js';
import { allDeadLetters } from './messages.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { injectFaults, ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

type NoteFields = Record<string, unknown> & { readonly _id: string };

describe('a document that cannot be processed as it is', () => {
  let bundle: TestEngine;
  afterEach(async () => {
    const letters = await allDeadLetters(bundle);
    await bundle.close();
    expect(letters).toEqual([]);
  });

  /** Three valid notes and the odd ones. */
  async function opened(oddNotes: readonly NoteFields[], pipeline: PipelineDefinition = notes): Promise<void> {
    bundle = await TestEngine.open({ pipelines: [pipeline] });
    const complete = oddNotes.map((one) => ({ note: 'odd', topic: 'mills', text: 'An odd note.', ...one }));
    await bundle.engine.documentStore.collection('notes').insertMany([...manyNotes(3), ...complete]);
    await bundle.start(stages);
  }

  const embed = (): Promise<Run> => runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });
  const infer = (functions?: string[]): Promise<Run> =>
    runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'inference', ...(functions && { functions }) });
  const countsOf = (run: Run): unknown => run.totals?.documents;

  describe('because of its text', () => {
    it.each<[string, unknown, string]>([
      ['is missing', undefined, 'document.text-missing'],
      ['is null', null, 'document.text-missing'],
      ['is a number', 7, 'document.text-not-text'],
      ['is a list', ['a', 'b'], 'document.text-not-text'],
      ['is empty', '', 'document.text-empty'],
      ['is white space', ' \n\t ', 'document.text-empty'],
      ['has 9,000 tokens', 'mill '.repeat(9_000), 'document.text-too-long'],
    ])(
      'fails with its reason when the text %s, before anything is paid; the others complete',
      async (_, text, code) => {
        await opened([{ _id: 'odd', text }]);

        const run = await embed();

        expect(countsOf(run)).toMatchObject({ succeeded: 3, failed: 1, left: 0, takenOver: 0 });
        const { status, info } = await outcomeOf(bundle, 'embeddings', 'odd');
        expect(status).toBe('failed');
        expect(info.error).toMatchObject({ kind: 'ValidationError', code, attempt: 1, at: expect.any(Date) });
        expect(await ledgerOf(bundle)).toMatchObject({ requests: 3, ...nothingTwiceNothingLeft });
      },
    );

    it.each([
      ['<|endoftext|>', 'The model stops at <|endoftext|> and <|im_start|>.'],
      ['half a surrogate pair', 'Half of a mill: \ud83c.'],
      ['a null character', 'A mill\u0000 and a null.'],
      ['8,192 tokens', 'mill '.repeat(8_191)],
    ])('is embedded like any other when the text has %s', async (_, text) => {
      await opened([{ _id: 'odd', text }]);

      expect(countsOf(await embed())).toMatchObject({ succeeded: 4, failed: 0 });
      expect(await bundle.engine.vectors.count('notes')).toBe(4);
    });

    it('a run in which nothing can be embedded ends and costs nothing', async () => {
      bundle = await TestEngine.open({ pipelines: [notes] });
      const empty = manyNotes(25).map((one) => ({ ...one, text: '' }));
      await bundle.engine.documentStore.collection('notes').insertMany(empty);
      await bundle.start(stages);

      expect(await embed()).toMatchObject({ state: 'finished', totals: { documents: { failed: 25 }, requests: 0 } });
      expect(await ledgerOf(bundle)).toMatchObject({ batches: [], files: [] });
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['is missing', { note: undefined }],
    ['is null', { note: null }],
    ['is empty', { note: '' }],
  ])('E4: a document fails with its reason when the id of its parent document %s', async (_, fields) => {
    await opened([{ _id: 'odd', ...fields }]);

    expect(countsOf(await embed())).toMatchObject({ succeeded: 3, failed: 1 });
    expect((await outcomeOf(bundle, 'embeddings', 'odd')).info.error).toMatchObject({
      code: 'document.id-missing',
      message: expect.stringContaining('"note"'),
    });
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 });
  });

  describe('because of its status', () => {
    it('C1: no status and null mean pending; a document with any other value is not touched', async () => {
      const statuses = [null, undefined, 'pending', 'archived', 'failed', 'completed', 'in_progress', 7];
      await opened(statuses.map((embedding_status, index) => ({ _id: `odd${index}`, embedding_status })));

      expect(countsOf(await embed())).toMatchObject({ succeeded: 6, failed: 0, takenOver: 0 });
      const odd = (await outcomesOf(bundle, 'embeddings')).slice(3);
      const untouched = ['archived', 'failed', 'completed', 'in_progress', 7];
      expect(odd.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', ...untouched]);
      expect(odd.slice(3).every(({ info }) => Object.keys(info).length === 0)).toBe(true);
    });

    it('C1: where the query names the status field, only documents with its pending value are taken', async () => {
      const source = { ...notes.source, queryTemplate: { embedding_status: 'new' } };
      const embeddings = { ...notes.embeddings!, status: { field: 'embedding_status', pending: 'new' } };
      await opened([{ _id: 'odd', embedding_status: 'new' }], { ...notes, source, embeddings });

      expect(countsOf(await embed())).toMatchObject({ succeeded: 1, failed: 0 });
      expect((await outcomeOf(bundle, 'embeddings', 'n00000')).status).toBeUndefined();
    });

    it('C1: a document whose status cannot be written is left pending, and the run ends incomplete', async () => {
      const embeddings = { ...notes.embeddings!, status: { field: 'state.embedding' } };
      await opened([{ _id: 'odd', state: 'a text' }], { ...notes, embeddings });

      const run = await embed();

      expect(run).toMatchObject({ state: 'incomplete' });
      expect(countsOf(run)).toMatchObject({ succeeded: 3, failed: 0, left: 1, takenOver: 0 });
      expect(bundle.log.lines).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          fields: expect.objectContaining({
            documents: 1,
            firstDocumentId: expect.stringContaining('odd'),
            fields: expect.arrayContaining(['state.embedding']),
          }),
        }),
      );
    });

    it('R2: a limit counts documents, including those that fail', async () => {
      await opened([{ _id: 'a first one', text: '' }]);

      const run = await runToTheEnd(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings', limit: 2 });

      expect(countsOf(run)).toMatchObject({ succeeded: 1, failed: 1, left: 0 });
    });
  });

  describe('because the store refuses to write into it', () => {
    it.each<[string, unknown]>([
      ['a text', 'done by hand'],
      ['a number', 7],
      ['a list', ['by hand']],
    ])(
      'fails alone, with its reason, when its processing-info field holds %s; the previous value is kept',
      async (_, held) => {
        await opened([{ _id: 'odd', embedding_processing_info: held }]);

        expect(countsOf(await embed())).toMatchObject({ succeeded: 3, failed: 1, takenOver: 0 });
        const { status, info } = await outcomeOf(bundle, 'embeddings', 'odd');
        expect(status).toBe('failed');
        expect(info).toMatchObject({
          error: { code: 'document.not-markable', message: expect.stringContaining('embedding_processing_info') },
          previousValue: held,
        });
      },
    );

    it('completes like any other when its processing-info field holds null', async () => {
      await opened([{ _id: 'odd', embedding_processing_info: null }]);

      expect(countsOf(await embed())).toMatchObject({ succeeded: 4, failed: 0 });
    });

    it('fails alone when the user’s own update cannot be applied to it', async () => {
      const embeddings = { ...notes.embeddings!, updateTemplate: { $inc: { times: 1 } } };
      await opened([{ _id: 'odd', times: 'often' }], { ...notes, embeddings });

      expect(countsOf(await embed())).toMatchObject({ succeeded: 3, failed: 1, takenOver: 0 });
      const { info, document } = await outcomeOf(bundle, 'embeddings', 'odd');
      expect(info.error).toMatchObject({ code: 'document.not-markable' });
      expect(document['times']).toBe('often');
      expect((await outcomeOf(bundle, 'embeddings', 'n00000')).document['times']).toBe(1);
    });

    it('I2: fails alone, and unpaid, when it has a text where the answer is written', async () => {
      await opened([{ _id: 'odd', answers: 'none yet' }]);

      expect(countsOf(await infer(['summary']))).toMatchObject({ succeeded: 3, failed: 1, left: 0 });
      const { status, info, document } = await outcomeOf(bundle, 'inference', 'odd');
      expect(status).toBe('failed');
      expect(info.error).toMatchObject({ code: 'document.answer-blocked', attempt: 1 });
      expect(document['answers']).toBe('none yet');
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 3 });
    });

    it('completes in another run once it is repaired and set to pending', async () => {
      await opened([{ _id: 'odd', embedding_processing_info: 'by hand', text: '' }]);
      await embed();
      await bundle.engine.documentStore
        .collection('notes')
        .updateOne({ _id: 'odd' }, { $set: { embedding_status: 'pending', text: 'Repaired.' } });

      const again = await runToTheEnd(bundle, { runId: 'again', pipeline: 'notes', endpoint: 'embeddings' });

      expect(countsOf(again)).toMatchObject({ succeeded: 1, failed: 0 });
      expect((await outcomeOf(bundle, 'embeddings', 'odd')).info.error).toBeUndefined();
    });
  });

  describe('because of its answers', () => {
    it('I3 X3: when one of several functions fails permanently, the document fails with the reason and the other answers stay', async () => {
      await opened([{ _id: 'odd' }]);
      await injectFaults(bundle, { on: 'line', what: 'refusal', match: 'qa_0_odd_odd' });

      const run = await infer();

      expect(countsOf(run)).toMatchObject({ succeeded: 3, failed: 1 });
      const { status, info, document } = await outcomeOf(bundle, 'inference', 'odd');
      expect(status).toBe('failed');
      expect(info.error).toMatchObject({ code: 'provider.refusal', attempt: 1 });
      expect(info.functions).toMatchObject({
        summary: { state: 'done' },
        qa_0: { state: 'failed' },
        qa_1: { state: 'done' },
      });
      expect((document['answers'] as { by: string }[]).map(({ by }) => by).sort()).toEqual(['qa_1', 'summary']);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 12, ...nothingTwiceNothingLeft });
    });

    it('a prompt that needs a field the document lacks fails that document with its reason', async () => {
      await opened([{ _id: 'odd', text: undefined }]);

      expect(countsOf(await infer())).toMatchObject({ succeeded: 3, failed: 1 });
      const { info } = await outcomeOf(bundle, 'inference', 'odd');
      expect(info.error).toMatchObject({ kind: 'TemplateError', code: 'template.missing-value' });
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 9 });
    });

    it('X2: when the processor throws on an answer, the document fails at once, and no further answer is bought', async () => {
      await opened([{ _id: 'odd' }], throwingOn('odd'));

      const run = await infer();

      expect(countsOf(run)).toMatchObject({ succeeded: 3, failed: 1 });
      const { status, info } = await outcomeOf(bundle, 'inference', 'odd');
      expect(status).toBe('failed');
      expect(info.error).toMatchObject({ code: 'response.process-failed', attempt: 1 });
      const batches = await Array.fromAsync(storedRecords(bundle.engine.store).batches.find({}));
      expect(batches.map(({ ingestion: { succeeded, failed, retried } }) => ({ succeeded, failed, retried }))).toEqual([
        { succeeded: 3, failed: 1, retried: 0 },
      ]);
      expect(await ledgerOf(bundle)).toMatchObject({ requests: 4, ...nothingTwiceNothingLeft });
    });
  });
});

function throwingOn(id: string): PipelineDefinition {
  return definePipeline({
    name: 'notes',
    source: { collection: 'notes', parentIdField: 'note' },
    inference: {
      functions: [
        chat({
          name: 'summary',
          model: 'gpt-4o-mini',
          system: 'Summarize the following text:',
          user: '{{ text }}',
          process: (_, document) => {
            if (document['_id'] === id) throw new Error('not this one');
            return { talking_points: 'fine' };
          },
        }),
      ],
    },
    batch: { batchSize: 10 },
  });
}

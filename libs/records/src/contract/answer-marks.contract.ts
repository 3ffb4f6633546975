import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture } from './fixture.contract.js';
import { failureUpdate, retryUpdate, failedClaimUpdate, type DocumentMarks } from '../index.js';
import {
  bulksOf,
  documentOf,
  errorsElsewhere,
  inference,
  ingest,
  later,
  mark,
  marksOf,
  now,
  trouble,
  type Outcome,
} from './marks-fixture.contract.js';

const answered = (name: string): Outcome => ({ id: 'note', name, outcome: 'answered' });

export function describeAnswerMarks(make: MakeStore): void {
  describe('writing answers', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const note = () => documentOf(documents(), 'note');
    const claimed = async (functions: readonly string[] = inference.functions) => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1', functions });
    };

    it('C2: (a) the last answer completes the document in the same update', async () => {
      await claimed();
      await ingest(documents(), inference, 'run.c1', [answered('summary')]);
      expect((await note())['ai_status']).toBe('in_progress');

      const [lastAnswers] = bulksOf(inference, 'run.c1', [answered('topics')]);
      await documents().bulk(lastAnswers!);

      expect(await note()).toMatchObject({
        ai_status: 'completed',
        answers: ['summary', 'topics'],
        processing_info: { ended: now, functions: { topics: { state: 'done', attempts: 1 } } },
      });
    });

    it('(b) an answer leaves the document in progress while others are still requested', async () => {
      await claimed();

      await ingest(documents(), inference, 'run.c1', [answered('summary')]);

      expect(await note()).toMatchObject({
        ai_status: 'in_progress',
        answers: ['summary'],
        processing_info: { functions: { summary: { state: 'done' }, topics: { state: 'requested' } } },
      });
    });

    it('I3: (c) two answers of one document in one slice complete it', async () => {
      await claimed();

      await ingest(documents(), inference, 'run.c1', [answered('summary'), answered('topics')]);

      expect(await note()).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
    });

    it('X2 X3: (c) one function to retry puts the document back to pending, to wait for its time', async () => {
      await claimed();

      await ingest(documents(), inference, 'run.c1', [
        answered('summary'),
        { id: 'note', name: 'topics', outcome: 'retry' },
      ]);

      expect(await note()).toMatchObject({
        ai_status: 'pending',
        answers: ['summary'],
        processing_info: {
          claimId: 'run.c1',
          notBefore: later,
          functions: { summary: { state: 'done' }, topics: { state: 'retry', attempts: 1 } },
          error: { ...trouble, at: now, attempt: 1 },
        },
      });
    });

    it('X3: the last error is stored with its function, time and attempt, and the last ten as a history', async () => {
      await claimed();

      for (let attempt = 1; attempt <= 12; attempt += 1) {
        const retry = { error: trouble, attempt, now, notBefore: later, countsAttempt: true };
        await documents().bulk([{ filter: { _id: 'note' }, update: retryUpdate(inference, 'topics', retry) }]);
      }

      const errors = Array.from({ length: 12 }, (_, at) => ({
        ...trouble,
        function: 'topics',
        at: now,
        attempt: at + 1,
      }));
      expect((await note())['processing_info']).toMatchObject({ error: errors.at(-1), errors: errors.slice(-10) });
    });

    it('X3: a failed function keeps its error, however many errors of others follow', async () => {
      await claimed();
      await documents().bulk([
        { filter: { _id: 'note' }, update: failureUpdate(inference, 'summary', trouble, 1, now) },
      ]);

      for (let attempt = 1; attempt <= 10; attempt += 1) {
        const retry = { error: trouble, attempt, now, notBefore: later, countsAttempt: true };
        await documents().bulk([{ filter: { _id: 'note' }, update: retryUpdate(inference, 'topics', retry) }]);
      }

      const { functions, errors } = (await note())['processing_info'] as DocumentMarks;
      expect(errors?.map(({ function: name }) => name)).not.toContain('summary');
      expect(functions?.['summary']).toMatchObject({ state: 'failed', error: { ...trouble, attempt: 1, at: now } });
    });

    it('X3: the last error is stored in the field that the pipeline names, until the document is completed', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), errorsElsewhere, ['note'], { claimId: 'run.c1', functions: ['topics'] });

      await ingest(documents(), errorsElsewhere, 'run.c1', [{ id: 'note', name: 'topics', outcome: 'retry' }]);

      const error = { ...trouble, function: 'topics', at: now, attempt: 1 };
      expect(await note()).toMatchObject({ ai_status: 'pending', ai: { last_error: error } });
      expect((await note())['processing_info']).not.toHaveProperty('error');

      const again = { claimId: 'run.c2', previousClaimId: 'run.c1', functions: ['topics'], now: later };
      await mark(documents(), errorsElsewhere, ['note'], again);
      await ingest(documents(), errorsElsewhere, 'run.c2', [answered('topics')]);

      expect(await note()).toMatchObject({ ai_status: 'completed', ai: {}, processing_info: { errors: [error] } });
      expect((await note())['ai']).toEqual({});
    });

    it('X3: a document that cannot be claimed has its error in the field that the pipeline names', async () => {
      const error = { kind: 'ProcessingError', code: 'document.not-markable', message: 'it holds a text' } as const;
      const about = { run: { installation: 'here', runId: 'run' }, claimId: 'run.c1', now, error };
      await documents().insertMany([{ _id: 'note' }, { _id: 'other' }]);

      await documents().bulk([
        { filter: { _id: 'note' }, update: failedClaimUpdate(inference, about) },
        { filter: { _id: 'other' }, update: failedClaimUpdate(errorsElsewhere, about) },
      ]);

      const kept = { ...error, at: now, attempt: 0 };
      expect(await note()).toMatchObject({ ai_status: 'failed', processing_info: { error: kept, errors: [kept] } });
      expect(await documentOf(documents(), 'other')).toMatchObject({
        ai: { last_error: kept },
        processing_info: { errors: [kept] },
      });
    });

    it('X2: a free retry uses up no attempt', async () => {
      await claimed();

      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'free-retry' },
        { id: 'note', name: 'topics', outcome: 'answered' },
      ]);

      const marks = await marksOf(documents(), inference, 'note');
      expect([marks.stateOf('summary'), marks.attemptsOf('summary'), marks.freeRetries]).toEqual(['retry', 0, 1]);
    });

    it('X2 X3: (c) one function that failed fails the document, with its other answers kept', async () => {
      await claimed();

      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'failed' },
        answered('topics'),
      ]);

      expect(await note()).toMatchObject({
        ai_status: 'failed',
        answers: ['topics'],
        processing_info: { ended: now, functions: { summary: { state: 'failed' } }, error: trouble },
      });
    });

    it('X2: a document with a failed function and one to retry is requested again before it fails', async () => {
      await claimed();
      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'failed' },
        { id: 'note', name: 'topics', outcome: 'retry' },
      ]);
      expect((await note())['ai_status']).toBe('pending');

      await mark(documents(), inference, ['note'], {
        claimId: 'run.c2',
        previousClaimId: 'run.c1',
        functions: ['topics'],
        now: later,
      });
      await ingest(documents(), inference, 'run.c2', [answered('topics')]);

      expect(await note()).toMatchObject({ ai_status: 'failed', answers: ['topics'] });
    });

    it('the answer of a second claim completes the document, beside its earlier answers', async () => {
      await claimed();
      await ingest(documents(), inference, 'run.c1', [
        answered('summary'),
        { id: 'note', name: 'topics', outcome: 'retry' },
      ]);
      await mark(documents(), inference, ['note'], {
        claimId: 'run.c2',
        previousClaimId: 'run.c1',
        functions: ['topics'],
        now: later,
      });

      await ingest(documents(), inference, 'run.c2', [answered('topics')]);

      const document = await note();
      expect(document).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
      expect(document['processing_info']).not.toHaveProperty('error');
      expect(document['processing_info']).not.toHaveProperty('notBefore');
    });

    it('R7: an answer for a document that carries another claim by now changes nothing', async () => {
      await claimed();
      await documents().updateOne({ _id: 'note' }, { $set: { 'processing_info.claimId': 'other.c1' } });
      const before = await note();

      await ingest(documents(), inference, 'run.c1', [
        answered('summary'),
        { id: 'note', name: 'topics', outcome: 'failed' },
      ]);

      expect(await note()).toEqual(before);
    });

    it('an answer that was not requested, or a second one, changes nothing', async () => {
      await claimed(['summary']);
      await ingest(documents(), inference, 'run.c1', [answered('summary')]);
      const before = await note();

      await ingest(documents(), inference, 'run.c1', [answered('topics'), answered('summary')]);

      expect(before['ai_status']).toBe('completed');
      expect(await note()).toEqual(before);
    });

    it.each([0, 1, 2, 3])(
      'interleaving 12: an ingester killed after %s of its bulks writes no answer twice when the slice is written again',
      async (bulks) => {
        const ids = ['one', 'two', 'three'];
        await documents().insertMany(ids.map((_id) => ({ _id })));
        await mark(documents(), inference, ids, { claimId: 'run.c1' });
        const slice: Outcome[] = [
          { id: 'one', name: 'summary', outcome: 'answered' },
          { id: 'one', name: 'topics', outcome: 'answered' },
          { id: 'two', name: 'summary', outcome: 'retry' },
          { id: 'two', name: 'topics', outcome: 'answered' },
          { id: 'three', name: 'topics', outcome: 'failed' },
          { id: 'three', name: 'summary', outcome: 'answered' },
        ];

        for (const bulk of bulksOf(inference, 'run.c1', slice).slice(0, bulks)) await documents().bulk(bulk);
        await ingest(documents(), inference, 'run.c1', slice);

        const all = await Promise.all(ids.map((id) => documentOf(documents(), id)));
        expect(all).toMatchObject([
          { ai_status: 'completed', answers: ['summary', 'topics'] },
          { ai_status: 'pending', answers: ['topics'], processing_info: { functions: { summary: { attempts: 1 } } } },
          { ai_status: 'failed', answers: ['summary'], processing_info: { functions: { topics: { attempts: 1 } } } },
        ]);
      },
    );
  });
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import {
  claimableFilter,
  functionsToRequest,
  pendingFilter,
  readMarks,
  failedClaimUpdate,
  isOfRun,
  eligibleFilter,
  requestsFor,
} from '../index.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';
import {
  documentOf,
  inference,
  ingest,
  later,
  mark,
  marksOf,
  namingStatus,
  now,
  trouble,
} from './marks-fixture.contract.js';

export function describeClaimMarks(make: MakeStore): void {
  describe('claiming documents', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const run = { installation: 'here', runId: 'run' };
    const idsWhere = (filter: Readonly<Record<string, unknown>>) =>
      Array.fromAsync(documents().find(filter, { sort: { _id: 1 } }), ({ _id }) => _id);

    it('C1: a missing or empty status means pending, unless the query names the status field', async () => {
      await documents().insertMany([
        { _id: 'empty', ai_status: null },
        { _id: 'finished', ai_status: 'completed' },
        { _id: 'missing' },
        { _id: 'odd', ai_status: 7 },
        { _id: 'pending', ai_status: 'pending' },
        { _id: 'taken', ai_status: 'in_progress' },
      ]);

      expect(await idsWhere(pendingFilter(inference))).toEqual(['empty', 'missing', 'pending']);
      expect(await idsWhere(pendingFilter(namingStatus))).toEqual(['pending']);
    });

    it('X2: a document that has to wait is not claimed before its time', async () => {
      await documents().insertMany([
        { _id: 'due', processing_info: { notBefore: now } },
        { _id: 'edited by hand', processing_info: { notBefore: 'tomorrow' } },
        { _id: 'fresh' },
        { _id: 'waiting', processing_info: { notBefore: later } },
      ]);

      expect(await idsWhere(claimableFilter(inference, now))).toEqual(['due', 'edited by hand', 'fresh']);
      expect(await idsWhere(claimableFilter(inference, later))).toHaveLength(4);
    });

    it('C2: the marks name the claim and the requested functions, beside the user’s own update', async () => {
      await documents().insertOne({ _id: 'note', text: 'words', processing_info: { theirs: 1 } });
      const template = { $set: { taken_by: 'batchmill', ai_status: 'in the works' }, $inc: { takes: 1 } };

      await mark(documents(), inference, ['note'], { claimId: 'run.c1', template });

      expect(await documentOf(documents(), 'note')).toEqual({
        _id: 'note',
        text: 'words',
        taken_by: 'batchmill',
        takes: 1,
        ai_status: 'in_progress',
        processing_info: {
          theirs: 1,
          installation: 'here',
          runId: 'run',
          claimId: 'run.c1',
          claimedAt: now,
          functions: { summary: { state: 'requested' }, topics: { state: 'requested' } },
        },
      });
    });

    it('marking a document twice changes nothing', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1', template: { $inc: { takes: 1 } } });
      const before = await documentOf(documents(), 'note');

      const marked = await mark(documents(), inference, ['note'], {
        claimId: 'run.c1',
        template: { $inc: { takes: 1 } },
        now: later,
      });

      expect(marked).toEqual(['note']);
      expect(await documentOf(documents(), 'note')).toEqual(before);
    });

    it('R7: a document that has changed since it was found is not marked: claimed, ended, or carrying another claim', async () => {
      const found = { claimId: 'earlier.c1' };
      await documents().insertMany([
        { _id: 'as found', ai_status: 'pending', processing_info: found },
        { _id: 'claimed', ai_status: 'in_progress', processing_info: { claimId: 'other.c1' } },
        { _id: 'ended', ai_status: 'completed', processing_info: found },
        { _id: 'fresh', ai_status: 'pending' },
        { _id: 'other claim', ai_status: 'pending', processing_info: { claimId: 'other.c1' } },
        { _id: 'waiting', ai_status: 'pending', processing_info: { ...found, notBefore: later } },
      ]);
      const ids = await idsWhere({});

      expect(await mark(documents(), inference, ids, { claimId: 'run.c1', previousClaimId: 'earlier.c1' })).toEqual([
        'as found',
      ]);
      expect(await mark(documents(), inference, ids, { claimId: 'run.c2' })).toEqual(['fresh']);
    });

    it('interleaving 3: a late mark on a document that went back to pending changes nothing', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'retry' },
        { id: 'note', name: 'topics', outcome: 'answered' },
      ]);
      const before = await documentOf(documents(), 'note');
      expect(before['ai_status']).toBe('pending');

      const marked = await mark(documents(), inference, ['note'], { claimId: 'late.c1', now: later });

      expect(marked).toEqual([]);
      expect(await documentOf(documents(), 'note')).toEqual(before);
    });

    it('R7 interleaving 16: of 16 runs that want the same 200 documents each document goes to one', async () => {
      const ids = Array.from({ length: 200 }, (_, number) => `note-${number}`);
      await documents().insertMany(ids.map((_id) => ({ _id })));

      const marked = await concurrently(16, (worker) => {
        const shuffled = [...ids.slice(worker * 12), ...ids.slice(0, worker * 12)];
        return mark(documents(), inference, shuffled, { claimId: `run-${worker}.c1`, runId: `run-${worker}` });
      });

      expect(marked.flat()).toHaveLength(200);
      expect(new Set(marked.flat()).size).toBe(200);
    });

    it('a document that went back to pending keeps its answers, attempts and free retries, and the rest is requested', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'answered' },
        { id: 'note', name: 'topics', outcome: 'free-retry' },
      ]);

      const functions = functionsToRequest(inference.functions, await marksOf(documents(), inference, 'note'));
      await mark(documents(), inference, ['note'], {
        claimId: 'other.c1',
        previousClaimId: 'run.c1',
        functions,
        now: later,
      });

      expect(functions).toEqual(['topics']);
      const marks = await marksOf(documents(), inference, 'note');
      expect([marks.stateOf('summary'), marks.attemptsOf('summary')]).toEqual(['done', 1]);
      expect([marks.stateOf('topics'), marks.attemptsOf('topics'), marks.freeRetries]).toEqual(['requested', 0, 1]);
    });

    it('R10: a document that had ended and is pending again is restarted', async () => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
      await ingest(documents(), inference, 'run.c1', [
        { id: 'note', name: 'summary', outcome: 'answered' },
        { id: 'note', name: 'topics', outcome: 'failed' },
      ]);
      await documents().updateOne({ _id: 'note' }, { $set: { ai_status: 'pending' } });

      const functions = functionsToRequest(inference.functions, await marksOf(documents(), inference, 'note'));
      await mark(documents(), inference, ['note'], {
        claimId: 'run.c2',
        previousClaimId: 'run.c1',
        functions,
        restart: true,
        now: later,
      });

      expect(functions).toEqual(['summary', 'topics']);
      expect(await documentOf(documents(), 'note')).toMatchObject({
        processing_info: {
          runId: 'run',
          claimId: 'run.c2',
          claimedAt: later,
          ended: null,
          freeRetries: 0,
          functions: { summary: { state: 'requested', attempts: 0 }, topics: { state: 'requested', attempts: 0 } },
        },
      });
      expect((await documentOf(documents(), 'note'))['processing_info']).not.toHaveProperty('error');
    });

    describe('a redo', () => {
      const retryFailed = { ...inference, redo: 'failed' } as const;
      const all = { ...inference, redo: 'all' } as const;

      it('R10: failed documents are eligible too, or all that have ended, but none that the run has claimed already', async () => {
        await documents().insertMany([
          { _id: 'done', ai_status: 'completed', processing_info: { runId: 'earlier', ended: now } },
          { _id: 'done by hand', ai_status: 'completed' },
          { _id: 'done by this', ai_status: 'completed', processing_info: { runId: 'run', ended: now } },
          { _id: 'failed', ai_status: 'failed', processing_info: { runId: 'earlier', notBefore: later } },
          { _id: 'failed by this', ai_status: 'failed', processing_info: { runId: 'run' } },
          { _id: 'noted by hand', ai_status: 'failed', processing_info: 'checked by Ann' },
          { _id: 'pending', ai_status: 'pending' },
          { _id: 'taken', ai_status: 'in_progress', processing_info: { runId: 'earlier' } },
          { _id: 'waiting', processing_info: { runId: 'earlier', notBefore: later } },
        ]);
        const failedOnes = ['failed', 'noted by hand'];

        expect(await idsWhere(claimableFilter(inference, now, run))).toEqual(['pending']);
        expect(await idsWhere(claimableFilter(retryFailed, now, run))).toEqual([...failedOnes, 'pending']);
        expect(await idsWhere(claimableFilter(all, now, run))).toEqual([
          'done',
          'done by hand',
          ...failedOnes,
          'pending',
        ]);
        expect(await idsWhere(eligibleFilter(retryFailed, run))).toEqual([...failedOnes, 'pending', 'waiting']);
        expect(await idsWhere(claimableFilter(all, now))).toHaveLength(7);
      });

      it('Y4: a run of another installation with the same id does documents again that this one has ended', async () => {
        const ended = { ai_status: 'completed' };
        await documents().insertMany([
          { _id: 'theirs', ...ended, processing_info: { installation: 'there', runId: 'run' } },
          { _id: 'ours', ...ended, processing_info: { installation: 'here', runId: 'run' } },
          { _id: 'of an earlier version', ...ended, processing_info: { runId: 'run' } },
        ]);

        expect(await idsWhere(claimableFilter(all, now, run))).toEqual(['theirs']);
        expect(isOfRun(await marksOf(documents(), all, 'theirs'), run)).toBe(false);
        expect(isOfRun(await marksOf(documents(), all, 'ours'), run)).toBe(true);
        expect(isOfRun(await marksOf(documents(), all, 'of an earlier version'), run)).toBe(true);
      });

      it('R10: a failed document keeps what is done, and the rest is requested with its attempts reset', async () => {
        await documents().insertOne({ _id: 'note' });
        await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
        await ingest(documents(), inference, 'run.c1', [
          { id: 'note', name: 'summary', outcome: 'answered' },
          { id: 'note', name: 'topics', outcome: 'failed' },
        ]);

        const requests = requestsFor(retryFailed, await marksOf(documents(), retryFailed, 'note'));
        const about = { claimId: 'next.c1', runId: 'next', previousClaimId: 'run.c1', now: later };
        const marked = await mark(documents(), retryFailed, ['note'], { ...about, ...requests });

        expect(requests).toEqual({ functions: ['topics'], restart: false, retryFailed: true });
        expect(marked).toEqual(['note']);
        const document = await documentOf(documents(), 'note');
        expect(document).toMatchObject({
          ai_status: 'in_progress',
          answers: ['summary'],
          processing_info: {
            runId: 'next',
            ended: null,
            freeRetries: 0,
            functions: { summary: { state: 'done', attempts: 1 }, topics: { state: 'requested', attempts: 0 } },
          },
        });
        expect(document['processing_info']).not.toHaveProperty('error');
        await ingest(documents(), retryFailed, 'next.c1', [{ id: 'note', name: 'topics', outcome: 'answered' }]);
        expect(await documentOf(documents(), 'note')).toMatchObject({ ai_status: 'completed' });
      });

      it('R10: a redo of all restarts a document once, and a late mark changes nothing', async () => {
        await documents().insertOne({ _id: 'note', ai_status: 'completed' });

        const requests = requestsFor(all, await marksOf(documents(), all, 'note'));
        await mark(documents(), all, ['note'], { claimId: 'run.c1', ...requests });
        await ingest(documents(), all, 'run.c1', [
          { id: 'note', name: 'summary', outcome: 'answered' },
          { id: 'note', name: 'topics', outcome: 'answered' },
        ]);
        const before = await documentOf(documents(), 'note');
        await mark(documents(), all, ['note'], {
          claimId: 'run.c2',
          previousClaimId: 'run.c1',
          now: later,
          ...requests,
        });

        expect(requests).toEqual({ functions: ['summary', 'topics'], restart: true });
        expect(await documentOf(documents(), 'note')).toEqual(before);
      });
    });

    it('X3: a document that cannot be marked fails with the reason, and keeps its previous value', async () => {
      await documents().insertOne({ _id: 'note', processing_info: 'checked by Ann' });
      const about = { run, claimId: 'run.c1', now, error: trouble };

      await documents().updateOne(
        { _id: 'note', processing_info: 'checked by Ann' },
        failedClaimUpdate(inference, { ...about, previousValue: 'checked by Ann' }),
      );

      const document = await documentOf(documents(), 'note');
      expect(document).toMatchObject({
        ai_status: 'failed',
        processing_info: {
          previousValue: 'checked by Ann',
          claimId: 'run.c1',
          ended: now,
          error: { ...trouble, at: now, attempt: 0 },
        },
      });
      expect(readMarks(inference, document)).toMatchObject({ claimId: 'run.c1', ended: true });
    });
  });
}

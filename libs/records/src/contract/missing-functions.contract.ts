import { describe, expect, it } from '@jest/globals';
import type { RunPlan } from '@batchmill/pipeline';
import type { MakeStore } from '@batchmill/store/contract';
import {
  claimableFilter,
  heldMarksOf,
  isEligible,
  keptInUpdate,
  keptOutcomeUpdates,
  lastKeptAnswerFilter,
  lastKeptAnswerUpdate,
  readMarks,
  releaseUpdate,
  repairUpdates,
  requestsFor,
  selectedFilter,
} from '../index.js';
import { eachWithFixture } from './fixture.contract.js';
import {
  documentOf,
  inference,
  ingest,
  later,
  mark,
  marksOf,
  namingStatus,
  now,
  type Outcome,
} from './marks-fixture.contract.js';

const run = { installation: 'here', runId: 'run' };
/** Runs of one of the two functions. */
const summaryOnly: RunPlan = { ...inference, functions: ['summary'], others: ['topics'] };
const topicsOnly: RunPlan = { ...inference, functions: ['topics'], others: ['summary'] };

export function describeMissingFunctions(make: MakeStore): void {
  describe('functions that an ended document lacks', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const note = () => documentOf(documents(), 'note');
    const idsWhere = (filter: Readonly<Record<string, unknown>>) =>
      Array.fromAsync(documents().find(filter, { sort: { _id: 1 } }), ({ _id }) => _id);
    const written = (name: string, outcome: Outcome['outcome']) => ({ id: 'note', name, outcome });

    /** A document that a run of `summary` alone has ended. */
    const ended = async (outcome: 'answered' | 'failed' = 'answered') => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), summaryOnly, ['note'], { claimId: 'first.c1', runId: 'first' });
      await ingest(documents(), summaryOnly, 'first.c1', [written('summary', outcome)]);
    };
    /** The next run claims what it lacks. */
    const claimed = async (plan = inference, previousClaimId = 'first.c1') => {
      const { functions, ...how } = requestsFor(plan, await marksOf(documents(), plan, 'note'));
      const about = { claimId: 'run.c1', previousClaimId, now: later, functions, undone: functions };
      return { functions, marked: await mark(documents(), plan, ['note'], { ...about, ...how }) };
    };

    it('R10: an ended document is claimable when it lacks a function, unless it carries no marks or must wait', async () => {
      const functions = { summary: { state: 'done' } };
      const all = { ...functions, topics: { state: 'failed' } };
      await documents().insertMany([
        { _id: 'all', ai_status: 'failed', processing_info: { functions: all } },
        {
          _id: 'cancelled',
          ai_status: 'completed',
          processing_info: { functions: { ...functions, topics: { state: 'retry' } } },
        },
        { _id: 'completed', ai_status: 'completed', processing_info: { functions } },
        { _id: 'failed', ai_status: 'failed', processing_info: { functions: { summary: { state: 'failed' } } } },
        { _id: 'in progress', ai_status: 'in_progress', processing_info: { functions } },
        { _id: 'noted by hand', ai_status: 'completed', processing_info: { functions: 'all of them' } },
        { _id: 'not claimed', ai_status: 'failed', processing_info: { claimId: 'first.c1' } },
        { _id: 'of others', ai_status: 'completed' },
        { _id: 'waiting', ai_status: 'completed', processing_info: { functions, notBefore: later } },
      ]);

      const found = await idsWhere(claimableFilter(inference, now, run));

      expect(found).toEqual(['cancelled', 'completed', 'failed']);
      const read = await Array.fromAsync(documents().find({ _id: { $ne: 'waiting' } }, { sort: { _id: 1 } }));
      expect(read.filter((one) => isEligible(inference, readMarks(inference, one))).map(({ _id }) => _id)).toEqual(
        found,
      );
      expect(await idsWhere(claimableFilter(summaryOnly, now, run))).toEqual([]);
    });

    it('R10: a query with a condition on the status finds them without it, and none when it cannot be removed', async () => {
      await ended();
      await documents().insertMany([{ _id: 'fresh', ai_status: 'pending' }, { _id: 'without a status' }]);

      expect(await idsWhere(selectedFilter(namingStatus, later, run))).toEqual(['fresh', 'note']);
      expect(await idsWhere(selectedFilter({ ...namingStatus, endedFilter: null }, later, run))).toEqual(['fresh']);
    });

    it('R10: the claim requests what is missing alone; answers, attempts and errors of the others stay', async () => {
      await ended('failed');
      const before = await note();

      const { functions, marked } = await claimed();

      expect({ functions, marked }).toEqual({ functions: ['topics'], marked: ['note'] });
      expect(await note()).toEqual({
        ...before,
        ai_status: 'in_progress',
        processing_info: {
          ...(before['processing_info'] as object),
          runId: 'run',
          claimId: 'run.c1',
          claimedAt: later,
          freeRetries: 0,
          functions: {
            ...(before['processing_info'] as { functions: object }).functions,
            topics: { state: 'requested' },
          },
        },
      });
    });

    it('R10: a document that lacks nothing is requested nothing, and one that was finished by others neither', async () => {
      await documents().insertMany([{ _id: 'note', ai_status: 'completed' }]);

      expect(requestsFor(inference, await marksOf(documents(), inference, 'note')).functions).toEqual([]);
    });

    it.each([
      ['answered', 'answered', 'completed'],
      ['answered', 'failed', 'failed'],
      ['failed', 'answered', 'failed'],
      ['failed', 'failed', 'failed'],
    ] as const)(
      'R10: the status says of the whole document, also of functions that the run does not ask: %s, %s',
      async (first, second, status) => {
        await ended(first);
        await claimed(topicsOnly);

        await ingest(documents(), topicsOnly, 'run.c1', [written('topics', second)]);

        expect(await note()).toMatchObject({ ai_status: status });
        expect((await marksOf(documents(), inference, 'note')).ended).toBe(true);
      },
    );

    it.each([
      ['answered', 'completed'],
      ['failed', 'failed'],
    ] as const)(
      'R10: what is to be retried is missing again, on a document that is what it was: %s',
      async (first, status) => {
        await ended(first);
        const before = await marksOf(documents(), inference, 'note');
        await claimed();

        await ingest(documents(), inference, 'run.c1', [written('topics', 'free-retry')]);

        expect(await note()).toMatchObject({ ai_status: status, processing_info: { ended: now } });
        const after = await marksOf(documents(), inference, 'note');
        expect(after.stateOf('topics')).toBe('retry');
        expect(after.stateOf('summary')).toBe(before.stateOf('summary'));
        // A retry is no new beginning.
        expect(after.freeRetries).toBe(1);
        const retry = { claimId: 'run.c2', previousClaimId: 'run.c1', functions: ['topics'], now: later };
        expect(await mark(documents(), inference, ['note'], retry)).toEqual(['note']);
        await ingest(documents(), inference, 'run.c2', [written('topics', 'answered')]);
        expect(await note()).toMatchObject({ ai_status: status, processing_info: { freeRetries: 1 } });
      },
    );

    it('R10: one that is still in progress after its claim, or is released, is again what it was', async () => {
      await ended();
      await claimed();
      const { _id, ...held } = await note();
      const holdAgain = () => documents().updateOne({ _id }, { $set: held });
      const place = inference.endpointPlan;

      await documents().bulk(repairUpdates(inference, 'note', 'run.c1', ['topics']));

      expect(await note()).toMatchObject({ ai_status: 'completed', processing_info: { freeRetries: 1, ended: now } });
      await holdAgain();
      await documents().bulk([releaseUpdate(place, 'note', heldMarksOf(place, held))]);
      expect(await note()).toMatchObject({
        ai_status: 'completed',
        processing_info: { ended: now, functions: { summary: { state: 'done' }, topics: { state: 'retry' } } },
      });
      await holdAgain();
      await documents().updateOne({ _id: 'note' }, { $set: { 'processing_info.functions.summary.state': 'failed' } });
      await documents().bulk([releaseUpdate(place, 'note', heldMarksOf(place, await note()))]);
      expect(await note()).toMatchObject({ ai_status: 'failed' });
    });

    it('R7: of two runs that lack different functions one claims the document, and the other takes none', async () => {
      await ended();
      const other: RunPlan = { ...inference, functions: ['qa'], others: ['summary', 'topics'] };
      const about = { previousClaimId: 'first.c1', now: later };

      expect(await mark(documents(), topicsOnly, ['note'], { claimId: 'run.c1', ...about })).toEqual(['note']);
      expect(await mark(documents(), other, ['note'], { claimId: 'other.c1', runId: 'other', ...about })).toEqual([]);
      expect(await idsWhere(claimableFilter(other, later, { ...run, runId: 'other' }))).toEqual([]);
    });

    it('R10: a document that is set back to pending while a function is missing is asked for all again', async () => {
      await ended();
      await claimed();
      await documents().bulk(repairUpdates(inference, 'note', 'run.c1', ['topics']));
      await documents().updateOne({ _id: 'note' }, { $set: { ai_status: 'pending' } });

      expect(requestsFor(inference, await marksOf(documents(), inference, 'note'))).toEqual({
        functions: ['summary', 'topics'],
        restart: true,
      });
    });

    it('a kept answer to a function that is missing again is written, and the document stays completed', async () => {
      await ended();
      await claimed();
      await ingest(documents(), inference, 'run.c1', [written('topics', 'retry')]);
      await documents().updateOne({ _id: 'note' }, keptInUpdate(inference, 'topics', 'run.c1.b1'));

      await documents().bulk([
        {
          filter: lastKeptAnswerFilter(inference, 'note', 'run.c1.b1', 'topics'),
          update: lastKeptAnswerUpdate(inference, 'topics', { $push: { answers: 'topics' } }, later),
        },
        ...keptOutcomeUpdates(inference, 'note', later),
      ]);

      expect(await note()).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
      expect(await idsWhere(claimableFilter(inference, later, run))).toEqual([]);
    });

    describe('and a redo', () => {
      const missing = { ...inference, redo: 'missing' } as const;
      const failed = { ...inference, redo: 'failed' } as const;

      it('R10: of missing functions takes no pending document, but those that it has claimed itself', async () => {
        await ended();
        await documents().insertMany([
          { _id: 'fresh' },
          { _id: 'to be retried', ai_status: 'pending', processing_info: { ...run, claimId: 'run.c1' } },
        ]);

        expect(await idsWhere(claimableFilter(missing, later, run))).toEqual(['note', 'to be retried']);
        expect(await idsWhere(claimableFilter(missing, later))).toEqual(['note']);
      });

      it('R10: of failures asks what failed and what is missing, also of a completed document, and nothing that is done', async () => {
        const states = (summary: string, topics: string) => ({
          processing_info: { runId: 'first', functions: { summary: { state: summary }, topics: { state: topics } } },
        });
        await documents().insertMany([
          { _id: 'completed', ai_status: 'completed', ...states('done', 'failed') },
          { _id: 'done', ai_status: 'completed', ...states('done', 'done') },
          { _id: 'failed elsewhere', ai_status: 'failed', ...states('done', 'done') },
          { _id: 'failed', ai_status: 'failed', ...states('failed', 'done') },
        ]);

        const found = await idsWhere(claimableFilter(failed, now, run));

        expect(found).toEqual(['completed', 'failed']);
        const functions = found.map(
          async (id) => requestsFor(failed, await marksOf(documents(), failed, id)).functions,
        );
        expect(await Promise.all(functions)).toEqual([['topics'], ['summary']]);
      });

      it('R10: of all functions of a run keeps what is known of the others', async () => {
        await ended();
        const plan = { ...topicsOnly, redo: 'all' } as const;
        const requests = requestsFor(plan, await marksOf(documents(), plan, 'note'));

        await mark(documents(), plan, ['note'], {
          claimId: 'run.c1',
          previousClaimId: 'first.c1',
          now: later,
          ...requests,
        });
        await ingest(documents(), plan, 'run.c1', [written('topics', 'answered')]);

        expect(requests).toEqual({ functions: ['topics'], restart: false, retryFailed: true });
        expect(await note()).toMatchObject({
          ai_status: 'completed',
          processing_info: { functions: { summary: { state: 'done', attempts: 1 }, topics: { state: 'done' } } },
        });
        expect(await idsWhere(claimableFilter(inference, later, run))).toEqual([]);
      });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { BulkUpdate } from '@batchmill/store';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture } from './fixture.contract.js';
import {
  failureUpdate,
  keptAnswerFilter,
  keptAnswerUpdate,
  keptFailureFilter,
  keptFailureUpdate,
  keptInUpdate,
  keptOutcomeUpdates,
  lastKeptAnswerFilter,
  lastKeptAnswerUpdate,
  mergeUpdates,
  retryUpdate,
} from '../index.js';
import { documentOf, inference, ingest, later, mark, now, trouble } from './marks-fixture.contract.js';

const batchId = 'run.c1.b1';

export function describeKeptAnswers(make: MakeStore): void {
  describe('writing kept answers', () => {
    const fixture = eachWithFixture(make);
    const documents = () => fixture().store.collection('notes');
    const note = () => documentOf(documents(), 'note');

    /** A document whose functions came out so in the batch. */
    const ingested = async (outcomes: Readonly<Record<string, 'answered' | 'kept' | 'kept-for-retry' | 'failed'>>) => {
      await documents().insertOne({ _id: 'note' });
      await mark(documents(), inference, ['note'], { claimId: 'run.c1' });
      for (const [name, outcome] of Object.entries(outcomes)) {
        const failure = failureUpdate(inference, name, trouble, 1, now);
        const retry = { error: trouble, attempt: 1, now, notBefore: later, countsAttempt: true };
        const kept = keptInUpdate(inference, name, batchId);
        const update = {
          answered: null,
          failed: failure,
          kept: mergeUpdates(failure, kept),
          'kept-for-retry': mergeUpdates(retryUpdate(inference, name, retry), kept),
        }[outcome];
        if (update !== null) await documents().bulk([{ filter: { _id: 'note' }, update }]);
      }
      const answered = Object.keys(outcomes).filter((name) => outcomes[name] === 'answered');
      await ingest(
        documents(),
        inference,
        'run.c1',
        [...answered, 'none'].map((name) => ({ id: 'note', name, outcome: 'answered' })),
      );
    };
    const write = async (names: readonly string[], by = batchId) => {
      for (const bulk of bulksOf(names, by)) await documents().bulk(bulk);
    };

    it('the last one completes the document in the same update, without a trace of the failure but in the history', async () => {
      await ingested({ summary: 'answered', topics: 'kept' });
      expect(await note()).toMatchObject({ ai_status: 'failed', processing_info: { ended: now } });

      await documents().bulk(bulksOf(['topics'], batchId)[0]!);

      const { processing_info: info, ...rest } = await note();
      expect(rest).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
      expect(info).toMatchObject({ functions: { topics: { state: 'done', attempts: 1 } }, errors: [{ attempt: 1 }] });
      expect(info).not.toHaveProperty('error');
      expect(info).not.toHaveProperty('functions.topics.error');
    });

    it('two of one document complete it', async () => {
      await ingested({ summary: 'kept', topics: 'kept' });

      await write(['summary', 'topics']);

      expect(await note()).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
    });

    it('one of a document with another failure leaves it failed', async () => {
      await ingested({ summary: 'kept', topics: 'failed' });

      await write(['summary']);

      expect(await note()).toMatchObject({
        ai_status: 'failed',
        answers: ['summary'],
        processing_info: { functions: { summary: { state: 'done' }, topics: { state: 'failed' } } },
      });
    });

    it('one that waits to be requested again need not be, and what else waits still does', async () => {
      await ingested({ summary: 'kept-for-retry', topics: 'kept-for-retry' });

      await write(['summary']);
      const between = await note();
      await write(['topics']);

      expect(between).toMatchObject({ ai_status: 'pending', answers: ['summary'] });
      expect(await note()).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
    });

    it('when nothing waits any more and a function has failed, the document fails', async () => {
      await ingested({ summary: 'kept-for-retry', topics: 'failed' });
      expect(await note()).toMatchObject({ ai_status: 'pending' });

      await write(['summary']);

      expect(await note()).toMatchObject({ ai_status: 'failed', processing_info: { ended: now } });
    });

    it('written again, after a crash at any point, nothing changes', async () => {
      await ingested({ summary: 'kept', topics: 'kept' });
      await documents().bulk(bulksOf(['summary', 'topics'], batchId)[1]!);

      await write(['summary', 'topics']);
      const once = await note();
      await write(['summary', 'topics']);

      expect(once).toMatchObject({ ai_status: 'completed', answers: ['summary', 'topics'] });
      expect(await note()).toEqual(once);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['of another batch', async () => write(['summary'], 'run.c1.b2')],
      [
        'of a function that another claim requests',
        async () => {
          await mark(documents(), inference, ['note'], {
            claimId: 'next.c1',
            runId: 'next',
            previousClaimId: 'run.c1',
            now: later,
          });
          await write(['summary']);
        },
      ],
    ])('one %s is not written', async (_, act) => {
      await ingested({ summary: 'kept-for-retry', topics: 'kept-for-retry' });

      await act();

      expect((await note())['answers']).toBeUndefined();
    });

    it('a document that was set to pending by hand after it had ended is left alone', async () => {
      await ingested({ summary: 'answered', topics: 'kept' });
      await documents().updateOne({ _id: 'note' }, { $set: { ai_status: 'pending' } });
      const before = await note();

      await write(['topics']);

      expect(await note()).toEqual(before);
    });

    it('R7: a claim does not request a function whose kept answer was used since the document was found', async () => {
      await ingested({ summary: 'kept-for-retry', topics: 'kept-for-retry' });
      await write(['summary']);

      const claimed = await mark(documents(), inference, ['note'], {
        claimId: 'run.c2',
        previousClaimId: 'run.c1',
        now: later,
        undone: ['summary', 'topics'],
      });

      expect(claimed).toEqual([]);
      expect(await note()).toMatchObject({ processing_info: { functions: { summary: { state: 'done' } } } });
    });

    it('a new reason replaces that of a failure, and counts no attempt', async () => {
      await ingested({ summary: 'answered', topics: 'kept' });
      const error = { ...trouble, code: 'response.process-failed' } as const;

      await documents().bulk([
        {
          filter: keptFailureFilter(inference, 'note', batchId, 'topics'),
          update: keptFailureUpdate(inference, 'topics', error, { attempt: 1, now: later }),
        },
      ]);

      expect(await note()).toMatchObject({
        ai_status: 'failed',
        processing_info: {
          error,
          functions: { topics: { state: 'failed', attempts: 1, error: { ...error, at: later } } },
        },
      });
    });
  });
}

/** The bulks (a), (b) and (c) of a slice of kept answers. */
function bulksOf(names: readonly string[], by: string): BulkUpdate[][] {
  const template = (name: string): BulkUpdate['update'] => ({ $push: { answers: name } });
  return [
    names.map((name) => ({
      filter: lastKeptAnswerFilter(inference, 'note', by, name),
      update: lastKeptAnswerUpdate(inference, name, template(name), now),
    })),
    names.map((name) => ({
      filter: keptAnswerFilter(inference, 'note', by, name),
      update: keptAnswerUpdate(inference, name, template(name)),
    })),
    keptOutcomeUpdates(inference, 'note', now),
  ];
}

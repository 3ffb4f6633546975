import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { Inbox, ReusableAnswers, RunRecords, Spendings, notIngested, notReprocessed, type Batch } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

const week = 7 * 86_400_000;

export function describeForgetting(make: MakeStore): void {
  describe('forgetting', () => {
    const fixture = eachWithFixture(make);
    const batchOf = async (id: string): Promise<Batch> => {
      const batch = await fixture().batches.get(id);
      if (batch === null) throw new Error(`there is no batch ${id}`);
      return batch;
    };
    const endedBefore = async (ms: number, withTexts: boolean): Promise<string[]> =>
      Array.fromAsync(fixture().runs.endedBefore(fixture().in(ms), { withTexts }), ({ _id }) => _id);

    it('R12: the runs that ended before a time come oldest first, and none that has not ended', async () => {
      await fixture().insertRun('second', { state: 'finished', updatedAt: fixture().in(2) });
      await fixture().insertRun('first', { state: 'rejected', updatedAt: fixture().in(1) });
      await fixture().insertRun('young', { state: 'cancelled', updatedAt: fixture().in(3) });
      await fixture().insertRun('running', { state: 'running', updatedAt: fixture().in(0) });

      expect(await endedBefore(3, true)).toEqual(['first', 'second']);
      expect(await endedBefore(3, false)).toEqual([]);
      await fixture().runs.noteTextsDeleted('first');
      await fixture().runs.noteTextsDeleted('running');
      expect(await endedBefore(3, true)).toEqual(['second']);
      expect(await endedBefore(3, false)).toEqual(['first']);
      expect(await fixture().run('running')).not.toHaveProperty('textsDeletedAt');
    });

    it('R12: a batch loses its texts as it was read, and keeps no answers then, so that it is not reprocessed', async () => {
      await fixture().insertBatch({
        state: 'ingested',
        ingestion: { ...notIngested, kept: 'kept', archive: 'archive' },
      });
      const batch = await batchOf('run.c1.b1');

      expect(await fixture().batches.noteTextsDeleted(batch)).toBe(true);

      expect(await batchOf('run.c1.b1')).toMatchObject({
        textsDeletedAt: fixture().clock.now(),
        updatedAt: batch.updatedAt,
        ingestion: { kept: null, archive: null },
      });
      expect(await Array.fromAsync(fixture().batches.keepingOfRun('run'))).toEqual([]);
      expect(await Array.fromAsync(fixture().batches.withBlobs())).toEqual([]);
    });

    it('R12: a batch that is reprocessed, or was since it was read, keeps its texts', async () => {
      const ingestion = { ...notIngested, kept: 'kept' };
      await fixture().insertBatch({ state: 'ingested', ingestion });
      const batch = await batchOf('run.c1.b1');
      const others = { manifest: 'new', kept: null, archive: null, laterArchive: null, left: [] };
      await fixture().batches.requestReprocess('run.c1.b1').apply([]);

      expect(await fixture().batches.noteTextsDeleted(batch)).toBe(false);
      expect(await fixture().batches.replaceBlobs(batch, others)).toBe(false);
      fixture().clock.advance(1_000);
      const back = { from: 'reprocessing', to: 'ingested' } as const;
      await fixture().batches.transition('run.c1.b1', back).apply([]);
      expect(await fixture().batches.noteTextsDeleted(batch)).toBe(false);
      expect(await fixture().batches.replaceBlobs(batch, others)).toBe(false);
      expect(await batchOf('run.c1.b1')).toMatchObject({ manifest: 'manifest', ingestion });
    });

    it('R12: the blobs of an ingested batch are replaced together', async () => {
      const reprocessing = { ...notReprocessed, archive: 'later' };
      await fixture().insertBatch({ state: 'ingested', ingestion: { ...notIngested, kept: 'kept' }, reprocessing });
      await fixture().insertBatch({ number: 2, state: 'ingested' });
      const blobs = { manifest: 'm2', kept: 'k2', archive: 'a2', laterArchive: 'l2', left: ['manifest', 'kept'] };

      for (const id of ['run.c1.b1', 'run.c1.b2']) {
        expect(await fixture().batches.replaceBlobs(await batchOf(id), blobs)).toBe(true);
        expect(await batchOf(id)).toMatchObject({
          manifest: 'm2',
          ingestion: { kept: 'k2', archive: 'a2' },
          leftBlobs: ['manifest', 'kept'],
        });
      }
      expect((await batchOf('run.c1.b1')).reprocessing?.archive).toBe('l2');
      expect((await batchOf('run.c1.b2')).reprocessing).toBeUndefined();
    });

    it('R12: ids are taken out of the request of a run that has ended', async () => {
      const request = { pipeline: 'notes', documents: ['a', 'b', 5] };
      await fixture().insertRun('ended', { state: 'finished', request, unknownIds: { count: 1, first: ['b'] } });
      await fixture().insertRun('live', { state: 'running', request });

      expect(await fixture().runs.forgetIds('ended', ['b', 5])).toBe(true);
      expect(await fixture().runs.forgetIds('ended', ['b', 5])).toBe(false);
      expect(await fixture().runs.forgetIds('live', ['b'])).toBe(false);

      expect(await fixture().run('ended')).toMatchObject({
        request: { documents: ['a'] },
        unknownIds: { count: 1, first: [] },
      });
      expect((await fixture().run('live')).request?.documents).toEqual(['a', 'b', 5]);
    });

    it('R12: records are deleted by run and state, except those with an event to publish', async () => {
      const textsDeletedAt = fixture().clock.now();
      await fixture().insertRun('gone', { state: 'finished', textsDeletedAt });
      await fixture().insertRun('with texts', { state: 'finished' });
      await fixture().insertRun('telling', { state: 'finished', textsDeletedAt, outbox: [fixture().envelope('e')] });
      await fixture().insertBatch({ state: 'ingested' });
      await fixture().insertBatch({ number: 2, state: 'settled' });
      await fixture().insertClaim({ state: 'done' });

      const deleted = [];
      for (const id of ['gone', 'with texts', 'telling']) deleted.push(await fixture().runs.deleteEnded(id));

      expect(deleted).toEqual([true, false, false]);
      expect(await fixture().batches.deleteOfRun('run', 'ingested')).toBe(1);
      expect(await fixture().batches.countOfRun('run', 'settled')).toBe(1);
      expect(await fixture().claims.deleteOfRun('run', 'done')).toBe(1);
    });

    it('R12: the records of a run stay while the provider has a file of it that is to be deleted', async () => {
      const { runs, claims, batches, notifications, store, clock } = fixture();
      const records = new RunRecords({ runs, claims, batches, notifications, spendings: new Spendings(store) });
      await fixture().insertRun('run', { state: 'finished', textsDeletedAt: clock.now() });
      await fixture().insertClaim({ state: 'done' });
      await fixture().insertBatch({ state: 'ingested', leftFiles: ['file-1', 'file-2'] });
      await fixture().insertBatch({ number: 2, state: 'ingested' });
      const run = await fixture().run('run');
      const deletable = () => Array.fromAsync(records.deletable(fixture().in(1)), ({ _id }) => _id);
      const nothing = { runs: 0, claims: 0, batches: 0, notifications: 0 };

      expect(await deletable()).toEqual([]);
      expect(await records.whyNeeded(run)).toBe('2 files of it are still at the provider');
      expect(await records.count(run)).toEqual(nothing);
      expect(await records.delete(run)).toEqual(nothing);
      for (const file of ['file-1', 'file-2']) await batches.removeLeftFile('run.c1.b1', file);

      expect(await deletable()).toEqual(['run']);
      expect(await records.count(run)).toEqual({ ...nothing, runs: 1, claims: 1, batches: 2 });
      expect(await records.delete(run)).toEqual({ ...nothing, runs: 1, claims: 1, batches: 2 });
    });

    it('R12: what consumers have handled goes by its age', async () => {
      const inbox = new Inbox(fixture().store, fixture().clock);
      await inbox.insert(inbox.new('old', 'consumer', null)).apply([]);
      fixture().clock.advance(week);
      await inbox.insert(inbox.new('new', 'consumer', null)).apply([]);

      expect(await inbox.countBefore(fixture().clock.now())).toBe(1);
      expect(await inbox.deleteBefore(fixture().clock.now())).toBe(1);
      expect(await inbox.get('new')).not.toBeNull();
    });

    it('R12: answers kept for reuse are counted and deleted by key and by age', async () => {
      const answers = new ReusableAnswers(fixture().store, fixture().clock, week);
      const about = { pipeline: 'notes', url: '/v1/chat/completions', model: 'gpt-4o-mini', body: '{}' };
      await answers.keep(['a', 'b'].map((key) => ({ ...about, key })));
      fixture().clock.advance(1_000);
      await answers.keep([{ ...about, key: 'c' }]);

      expect(await Array.fromAsync(answers.ofKeys(['a', 'c', 'x']))).toHaveLength(2);
      expect(await answers.delete(['a', 'x'])).toBe(1);
      expect(await answers.delete([])).toBe(0);
      expect(await Array.fromAsync(answers.keptBefore(fixture().clock.now()))).toHaveLength(1);
      expect(await answers.deleteBefore(fixture().clock.now())).toBe(1);
      expect([...(await answers.find(['a', 'b', 'c'])).keys()]).toEqual(['c']);
    });
  });
}

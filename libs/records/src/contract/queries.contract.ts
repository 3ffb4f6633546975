import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { notIngested, type NotificationPayload, type WorkRecord } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

export function describeQueries(make: MakeStore): void {
  describe('queries', () => {
    const fixture = eachWithFixture(make);
    const idsOf = (records: AsyncIterable<WorkRecord>): Promise<string[]> => Array.fromAsync(records, ({ _id }) => _id);

    it('the latest runs come newest first', async () => {
      for (const [id, ms] of [
        ['first', 1],
        ['third', 3],
        ['second', 2],
      ] as const) {
        await fixture().insertRun(id, { createdAt: fixture().in(ms) });
      }

      expect(await idsOf(fixture().runs.latest(2))).toEqual(['third', 'second']);
      expect(await idsOf(fixture().runs.latest(Infinity, 'none'))).toEqual([]);
    });

    it('a pipeline’s active runs are those that have not ended', async () => {
      await fixture().insertRun('requested');
      await fixture().insertRun('finished', { state: 'finished' });
      await fixture().insertRun('other', { pipeline: 'other', state: 'cancelled' });

      expect(await idsOf(fixture().runs.activeOf('notes'))).toEqual(['requested']);
      expect(await fixture().runs.hasActive('notes')).toBe(true);
      expect(await fixture().runs.hasActive('other')).toBe(false);
    });

    it('records are counted and listed by run and by state', async () => {
      await fixture().insertClaim({ number: 2, state: 'built' });
      await fixture().insertClaim({ number: 1, state: 'built' });
      await fixture().insertClaim({ number: 3, state: 'done' });
      await fixture().insertClaim({ runId: 'other', number: 1, state: 'built' });

      expect((await idsOf(fixture().claims.ofRun('run'))).sort()).toEqual(['run.c1', 'run.c2', 'run.c3']);
      expect(await idsOf(fixture().claims.ofRunIn('run', 'built'))).toEqual(['run.c1', 'run.c2']);
      expect(await fixture().claims.countOfRun('run', 'built')).toBe(2);
      expect(await fixture().claims.countActiveOfRun('run')).toBe(2);
      expect(await fixture().claims.countIn('built')).toBe(3);
    });

    it('batches are found by claim, by provider batch and by run', async () => {
      const provider = { providerBatchId: 'batch_1' } as never; // the only field that is read
      await fixture().insertBatch({ number: 1, state: 'ingested', ingestion: { ...notIngested, firstError: 'odd' } });
      await fixture().insertBatch({ number: 2, state: 'submitted', provider, createdAt: fixture().in(1) });
      await fixture().insertBatch({ runId: 'other', claimId: 'other.c1', createdAt: fixture().in(2) });
      await fixture().insertBatch({ runId: 'empty', claimId: 'empty.c1', requests: 0, createdAt: fixture().in(3) });

      expect((await fixture().batches.lastOfClaim('run.c1'))?._id).toBe('run.c1.b2');
      expect(await fixture().batches.lastOfClaim('run.c9')).toBeNull();
      expect(await fixture().batches.countUningested('run.c1')).toBe(1);
      expect((await fixture().batches.ofProviderBatch('batch_1'))?._id).toBe('run.c1.b2');
      expect(await fixture().batches.ofProviderBatch('batch_2')).toBeNull();
      expect(await idsOf(fixture().batches.latest(2))).toEqual(['other.c1.b1', 'run.c1.b2']);
      expect(await idsOf(fixture().batches.latest(5, 'run'))).toEqual(['run.c1.b2', 'run.c1.b1']);
      expect(await fixture().batches.firstErrorOfRun('run')).toBe('odd');
      expect(await fixture().batches.firstErrorOfRun('other')).toBeNull();
    });

    it('M2: a batch that only takes answers to earlier requests is found with those that have requests', async () => {
      const reuse = { file: 'answers', answers: 1, copies: 0, freeDocuments: 0 };
      await fixture().insertBatch({ requests: 0, reuse });
      await fixture().insertBatch({ runId: 'empty', claimId: 'empty.c1', requests: 0 });

      expect(await idsOf(fixture().batches.latest(5))).toEqual(['run.c1.b1']);
      expect(await fixture().batches.hasRequestsOfRun('run')).toBe(true);
      expect(await fixture().batches.hasRequestsOfRun('empty')).toBe(false);
    });

    it('R11: batches are found by when their provider batch was created, else by when they were', async () => {
      const since = fixture().in(10);
      const provider = (ms: number) => ({ createdAt: fixture().in(ms) }) as never; // the only field that is read
      const at = (number: number, ms: number, fields = {}) =>
        fixture().insertBatch({ number, createdAt: fixture().in(ms), ...fields });
      await at(1, 9);
      await at(2, 10);
      await at(3, 0, { provider: provider(10) });
      await at(4, 20, { provider: provider(9) });

      expect((await idsOf(fixture().batches.createdSince(since))).sort()).toEqual(['run.c1.b2', 'run.c1.b3']);
    });

    it('parked records and records that can be taken are told apart', async () => {
      await fixture().insertRun('parked', { parked: true });
      await fixture().insertRun('due', { nextAt: fixture().in(-1) });
      await fixture().insertRun('due longer', { nextAt: fixture().in(-2) });
      await fixture().insertRun('later', { nextAt: fixture().in(1_000) });

      expect(await idsOf(fixture().runs.parked())).toEqual(['parked']);
      expect(await fixture().runs.countParked()).toBe(1);
      expect(await idsOf(fixture().runs.takeable({ state: 'requested' }))).toEqual(['due longer', 'due']);
      expect(await idsOf(fixture().runs.takeable({ state: 'requested', id: 'later' }))).toEqual(['later']);
    });

    it('a run’s notifications are known by topic and channel, and by whether a delivery was attempted', async () => {
      const payload = { type: 'run.ended', runId: 'run' } as NotificationPayload; // the only fields that are read
      const about = { channel: 'log', event: 'batchmill.run.finished', payload, traceparent: null };
      const notification = fixture().notifications.new('event', about);
      await fixture().notifications.insert(notification).apply([]);

      expect(await fixture().notifications.isRecorded('run', ['batchmill.run.finished'], 'log')).toBe(true);
      expect(await fixture().notifications.isRecorded('run', ['batchmill.run.rejected'], 'log')).toBe(false);
      expect(await fixture().notifications.isRecorded('run', ['batchmill.run.finished'], 'webhook')).toBe(false);
      expect(await fixture().notifications.countUntried('run')).toBe(1);
      await fixture().notifications.transition(notification._id, { from: 'due', to: 'delivered' }).apply([]);
      expect(await fixture().notifications.countUntried('run')).toBe(0);
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { Leased, deferral, notSubmitted, providerBatchInfoOf, type Batch } from '../index.js';
import { endedBatch } from '../testing/ended-batch.js';
import { eachWithFixture, leaseMs } from './fixture.contract.js';

export function describeDeferral(make: MakeStore): void {
  describe('a deferred batch', () => {
    const fixture = eachWithFixture(make);

    /** The batch after the provider has refused what was sent of it. */
    async function deferred(fields: Partial<Batch>): Promise<Batch | null> {
      const { batches, clock } = fixture();
      const ours = { key: 'key', submittedAt: clock.now(), polls: 3 };
      const provider = providerBatchInfoOf(endedBatch('batch_1', 60, 1), ours);
      await fixture().insertBatch({ _id: 'b', state: 'submitted', provider, ...fields });
      const taken = await batches.take({ state: 'submitted', owner: 'a', leaseMs, id: 'b' });
      if (taken === null) throw new Error('the batch cannot be taken');
      const held = {
        about: 'queue',
        code: 'token_limit_exceeded',
        message: 'full',
        since: clock.now(),
        times: 1,
      } as const;
      const refused = { key: 'key', providerBatchId: 'batch_1', held, learned: null, keepsFile: true };
      const leased = new Leased(taken, batches.writes, new AbortController().signal);
      await deferral(leased, refused, fixture().in(1_000)).apply([]);
      return batches.get('b');
    }

    it('M6: is not cancelled when it is sent again: that it was late, idle, overdue or adopted was of the provider batch before', async () => {
      const { clock } = fixture();
      const batch = await deferred({
        overtakenAt: clock.now(),
        staysQueued: true,
        adopted: true,
        failure: { code: 'batch.overdue', message: 'late', line: null },
        idle: { since: clock.now(), foundAt: clock.now(), limitMs: 1, timesSentAgain: 0, isSentAgain: true },
        progress: { ended: 1, since: clock.now(), lookedAt: null, idleMs: 1 },
      });

      expect(batch).toMatchObject({
        ...{ state: 'built', overtakenAt: null, staysQueued: false, adopted: false, failure: null },
        ...{ provider: null, idle: null, progress: null, stall: null, otherAccount: null },
        previousAttempts: [{ key: 'key', providerBatchId: 'batch_1' }],
        submission: { attempt: 2 },
      });
    });

    it('M2: an input file that was deleted before the provider batch was found is uploaded again, and the next one is deleted as well', async () => {
      const { clock } = fixture();
      const submission = { ...notSubmitted, fileId: 'file-1', fileCreatedAt: clock.now(), fileDeletedAt: clock.now() };

      const batch = await deferred({ adopted: true, submission });

      expect(batch?.submission).toEqual({ ...notSubmitted, attempt: 2 });
    });

    it('R2: what a person asked of it still holds: it is not sent again', async () => {
      const { clock } = fixture();

      expect(
        await deferred({ cancelRequestedAt: clock.now(), abandonment: { requestedAt: clock.now(), fail: true } }),
      ).toMatchObject({
        cancelRequestedAt: clock.now(),
        abandonment: { fail: true },
      });
    });
  });
}

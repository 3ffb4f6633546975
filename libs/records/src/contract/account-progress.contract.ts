import { describe, expect, it } from '@jest/globals';
import type { AccountInfo } from '@batchmill/provider';
import type { MakeStore } from '@batchmill/store/contract';
import { AccountProgress, type Batch } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

const account: AccountInfo = {
  address: 'https://provider.example',
  keyFingerprint: '1a2b3c4d',
  organization: null,
  project: null,
  reportedOrganization: null,
  reportedProject: null,
};

export function describeAccountProgress(make: MakeStore): void {
  describe('the progress of an account', () => {
    const fixture = eachWithFixture(make);

    it('R3: is the last time at which one of its batches went on, whoever saw it', async () => {
      const progress = new AccountProgress(fixture().store);
      expect(await progress.lastOf('account')).toBeNull();

      await progress.note('account', fixture().in(2_000));
      await progress.note('account', fixture().in(1_000));
      await progress.note('other', fixture().in(3_000));

      expect(await progress.lastOf('account')).toEqual(fixture().in(2_000));
    });

    it('R3: another batch in progress is one at the provider, of the account, that is polled and not idle', async () => {
      const idle = {
        since: fixture().in(1),
        foundAt: fixture().in(2),
        limitMs: 1,
        timesSentAgain: 0,
        isSentAgain: false,
      };
      const inProgress = (fields: Partial<Batch> = {}, state = 'in_progress', of: AccountInfo = account) =>
        // The only fields that are read.
        ({ state: 'submitted', provider: { state, account: of }, ...fields }) as Partial<Batch>;
      const has = () => fixture().batches.hasOtherInProgress('run.c1.b1', account);
      await fixture().insertBatch({ number: 1, ...inProgress() });
      await fixture().insertBatch({ number: 2, ...inProgress({}, 'validating') });
      await fixture().insertBatch({
        number: 3,
        ...inProgress({}, 'in_progress', { ...account, address: 'elsewhere' }),
      });
      await fixture().insertBatch({ number: 4, ...inProgress({ idle }) });
      await fixture().insertBatch({ number: 5, ...inProgress({ state: 'settled' }) });
      await fixture().insertBatch({ number: 7, ...inProgress({ parked: true }) });

      expect(await has()).toBe(false);
      expect(await fixture().batches.countIdle()).toBe(1);

      await fixture().insertBatch({ number: 6, ...inProgress({ idle: null }) });

      expect(await has()).toBe(true);
    });

    it('R3: batches in progress have gone on when the last of them has', async () => {
      const progress = { ended: 1, lookedAt: null, idleMs: 0 };
      const provider = { state: 'in_progress' } as never; // the only field that is read
      expect(await fixture().batches.lastProgressOfThoseInProgress()).toBeNull();

      for (const number of [1, 2]) {
        const since = fixture().in(number);
        await fixture().insertBatch({ number, state: 'submitted', provider, progress: { ...progress, since } });
      }

      expect(await fixture().batches.lastProgressOfThoseInProgress()).toEqual(fixture().in(2));
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { isPaused, recordedError, type Batch, type RunState } from '../index.js';
import { eachWithFixture, leaseMs } from './fixture.contract.js';

const later = 3_600_000;

export function describeCommands(make: MakeStore): void {
  describe('commands', () => {
    const fixture = eachWithFixture(make);
    const takeBatch = (state: Batch['state']) => fixture().batches.take({ state, owner: 'a', leaseMs });

    describe('interleaving 18: cancel in each state', () => {
      it.each<RunState>(['awaited', 'requested', 'running'])(
        'R2: a run that is %s records the cancel and is due at once',
        async (state) => {
          await fixture().insertRun('run', { state, nextAt: fixture().in(later), backoffUntil: fixture().in(later) });

          expect(await fixture().runs.requestCancel('run')).toBe(true);

          expect(await fixture().takeRun('a', undefined, state)).toMatchObject({
            cancelRequestedAt: fixture().clock.now(),
          });
        },
      );

      it.each<RunState>(['rejected', 'finished', 'cancelled', 'incomplete'])(
        'R2: a run that is %s has nothing left to cancel',
        async (state) => {
          await fixture().insertRun('run', { state });

          expect(await fixture().runs.requestCancel('run')).toBe(false);
          expect(await fixture().run('run')).toMatchObject({ cancelRequestedAt: null, signals: 0 });
        },
      );

      it('R2: the first cancel counts, and an unknown run takes none', async () => {
        await fixture().insertRun('run');
        await fixture().runs.requestCancel('run');
        const first = fixture().clock.now();
        fixture().clock.advance(1_000);

        expect(await fixture().runs.requestCancel('run')).toBe(true);
        expect((await fixture().run('run')).cancelRequestedAt).toEqual(first);
        expect(await fixture().runs.requestCancel('nowhere')).toBe(false);
      });

      it('R2: a cancel makes a parked run due', async () => {
        await fixture().insertRun('run', { parked: true, attempts: 5 });

        await fixture().runs.requestCancel('run');

        expect(await fixture().takeRun('a')).toMatchObject({ parked: false, attempts: 0 });
      });

      it('R2: a cancel that arrives while the run is leased makes it due as soon as its lease ends', async () => {
        await fixture().insertRun('run');
        const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));

        await fixture().runs.requestCancel('run');
        await leased.wait(fixture().in(later)).apply([]);

        expect(await fixture().takeRun('b')).toMatchObject({ cancelRequestedAt: fixture().clock.now() });
      });

      it.each<Batch['state']>(['built', 'submitted'])('R2: a batch that is %s can be cancelled', async (state) => {
        await fixture().insertBatch({ state, parked: true, nextAt: fixture().in(later) });

        expect(await fixture().batches.requestCancel('run.c1.b1')).toBe(true);

        expect(await takeBatch(state)).toMatchObject({
          cancelRequestedAt: fixture().clock.now(),
          parked: false,
          signals: 1,
        });
      });

      it.each<Batch['state']>(['settled', 'ingested'])('R2: a batch that is %s is not cancelled', async (state) => {
        await fixture().insertBatch({ state });

        expect(await fixture().batches.requestCancel('run.c1.b1')).toBe(false);
        expect(await fixture().batches.get('run.c1.b1')).toMatchObject({ cancelRequestedAt: null });
      });

      it('R2: a repeated cancel does not make the batch due again', async () => {
        await fixture().insertBatch({ state: 'submitted' });
        await fixture().batches.requestCancelOfRun('run');
        const taken = await takeBatch('submitted');
        expect(await fixture().batches.writes.wait(taken!, {}, fixture().in(later))).toBe(true);

        await fixture().batches.requestCancelOfRun('run');

        expect(await fixture().batches.requestCancel('run.c1.b1')).toBe(true);
        expect(await takeBatch('submitted')).toBeNull();
      });

      it('R2: a cancel of a run reaches its batches that have not settled, and no others', async () => {
        await fixture().insertBatch({ number: 1, state: 'built' });
        await fixture().insertBatch({ number: 2, state: 'submitted' });
        await fixture().insertBatch({ number: 3, state: 'settled' });
        await fixture().insertBatch({ runId: 'other', claimId: 'other.c1', number: 1, state: 'built' });

        await fixture().batches.requestCancelOfRun('run');

        const cancelled = fixture()
          .store.collection('batches')
          .find({ cancelRequestedAt: { $ne: null } }, { sort: { _id: 1 } });
        expect(await Array.fromAsync(cancelled, ({ _id }) => _id)).toEqual(['run.c1.b1', 'run.c1.b2']);
      });

      it.each<Batch['state']>(['built', 'submitted', 'settled'])(
        'R2: a cancel of a run makes a batch that is %s and parked due once, and no second time',
        async (state) => {
          await fixture().insertBatch({ state, parked: true, attempts: 5, cancelRequestedAt: fixture().clock.now() });

          await fixture().batches.requestCancelOfRun('run');

          const taken = await takeBatch(state);
          expect(taken).toMatchObject({ parked: false, attempts: 0 });
          const failure = {
            error: recordedError(new Error('again'), fixture().clock.now()),
            backoffUntil: fixture().in(0),
          };
          expect(await fixture().batches.writes.park(taken!, failure)).toBe(true);
          await fixture().batches.requestCancelOfRun('run');
          expect(await takeBatch(state)).toBeNull();
        },
      );
    });

    describe('abandoning a batch', () => {
      it.each<Batch['state']>(['built', 'submitted', 'settled'])(
        'X4: a batch that is %s records it, with the choice, and is due at once even if parked',
        async (state) => {
          await fixture().insertBatch({ state, parked: true, attempts: 5, nextAt: fixture().in(later) });

          expect(await fixture().batches.requestAbandon('run.c1.b1', { fail: true })).toBe(true);

          expect(await takeBatch(state)).toMatchObject({
            abandonment: { requestedAt: fixture().clock.now(), fail: true },
            parked: false,
            signals: 1,
          });
        },
      );

      it('X4: a batch that is ingested, and one that does not exist, have nothing to give up', async () => {
        await fixture().insertBatch({ state: 'ingested' });

        expect(await fixture().batches.requestAbandon('run.c1.b1', { fail: false })).toBe(false);
        expect(await fixture().batches.requestAbandon('nowhere', { fail: false })).toBe(false);
      });
    });

    describe('a pause', () => {
      const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

      it.each<RunState>(['awaited', 'requested', 'running'])('R10: a run that is %s records it', async (state) => {
        await fixture().insertRun('run', { state });

        expect(await fixture().runs.requestPause('run', at(1))).toBe(true);

        const run = await fixture().run('run');
        expect(run).toMatchObject({ pausedAt: at(1), state, signals: 1 });
        expect(isPaused(run)).toBe(true);
      });

      it('R10: the first pause counts, and one that arrives twice changes nothing', async () => {
        await fixture().insertRun('run');

        for (const second of [1, 2, 2]) await fixture().runs.requestPause('run', at(second));

        expect(await fixture().run('run')).toMatchObject({ pausedAt: at(1), lastPauseCommandAt: at(2) });
      });

      it('R10: ends with a resume, which makes the run due at once', async () => {
        await fixture().insertRun('run', { state: 'running', nextAt: fixture().in(later) });
        await fixture().runs.requestPause('run', at(1));

        expect(await fixture().runs.requestResume('run', at(2))).toBe(true);

        const taken = await fixture().takeRun('a', undefined, 'running');
        expect(taken).toMatchObject({ pausedAt: null });
        expect(isPaused(taken)).toBe(false);
      });

      it('R10: of a pause and a resume the later one wins, in whatever order and however often they arrive', async () => {
        await fixture().insertRun('resumed');
        await fixture().insertRun('paused');

        await fixture().runs.requestResume('resumed', at(2));
        for (let times = 0; times < 2; times += 1) await fixture().runs.requestPause('resumed', at(1));
        await fixture().runs.requestPause('paused', at(3));
        for (let times = 0; times < 2; times += 1) await fixture().runs.requestResume('paused', at(2));

        expect(await fixture().run('resumed')).toMatchObject({ pausedAt: null });
        expect(await fixture().run('paused')).toMatchObject({ pausedAt: at(3) });
      });

      it.each<RunState>(['rejected', 'finished', 'cancelled', 'incomplete'])(
        'R10: a run that is %s has nothing to pause or resume',
        async (state) => {
          await fixture().insertRun('run', { state });

          expect(await fixture().runs.requestPause('run', at(1))).toBe(false);
          expect(await fixture().runs.requestResume('run', at(2))).toBe(false);
          expect(await fixture().run('run')).toMatchObject({ pausedAt: null, lastPauseCommandAt: null, signals: 0 });
        },
      );

      it('R10: a cancel ends it', async () => {
        await fixture().insertRun('run', { state: 'running' });
        await fixture().runs.requestPause('run', at(1));
        await fixture().runs.requestCancel('run');

        expect(isPaused(await fixture().run('run'))).toBe(false);
      });

      it('R10: after it, waiting batches are due, but for those that back off or are parked', async () => {
        await fixture().insertBatch({ number: 1, state: 'built', nextAt: fixture().in(later) });
        await fixture().insertBatch({ number: 2, state: 'built', backoffUntil: fixture().in(later) });
        await fixture().insertBatch({ number: 3, state: 'built', parked: true });

        await fixture().batches.makeDue('run', 'built');

        expect(await takeBatch('built')).toMatchObject({ _id: 'run.c1.b1' });
        expect(await takeBatch('built')).toBeNull();
      });
    });

    it.each<Batch['state']>(['submitted', 'settled'])('R2: a batch that is %s can be processed now', async (state) => {
      await fixture().insertBatch({ state, nextAt: fixture().in(later), backoffUntil: fixture().in(later) });

      expect(await fixture().batches.requestProcess('run.c1.b1')).toBe(true);
      expect(await takeBatch(state)).toMatchObject({ _id: 'run.c1.b1' });
    });

    it('R2: a batch that is not submitted yet, or is ingested already, is not processed', async () => {
      await fixture().insertBatch({ number: 1, state: 'built' });
      await fixture().insertBatch({ number: 2, state: 'ingested' });

      for (const id of ['run.c1.b1', 'run.c1.b2', 'nowhere'])
        expect(await fixture().batches.requestProcess(id)).toBe(false);
    });

    it('R2: an ingested batch can be reprocessed, and counts as not ingested meanwhile; any other one cannot', async () => {
      await fixture().insertBatch({ number: 1, state: 'ingested' });
      await fixture().insertBatch({ number: 2, state: 'settled' });
      const { batches } = fixture();

      const applied = await Promise.all(
        ['run.c1.b1', 'run.c1.b2', 'nowhere'].map((id) => batches.requestReprocess(id).apply([])),
      );

      expect(applied).toEqual([true, false, false]);
      expect(await batches.countUningested('run.c1')).toBe(2);
      expect(await takeBatch('reprocessing')).toMatchObject({
        _id: 'run.c1.b1',
        reprocessing: { part: 'answers', endedAt: null },
      });
    });

    it('the sealed claims of a cancelled run are due at once', async () => {
      const waiting = { nextAt: fixture().in(later), backoffUntil: fixture().in(later), parked: true };
      await fixture().insertClaim({ state: 'sealed', ...waiting });

      await fixture().claims.expedite('run');

      expect(await fixture().claims.take({ state: 'sealed', owner: 'a', leaseMs })).toMatchObject({ _id: 'run.c1' });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { isPaused, type Batch, type RunState } from '../index.js';
import { eachWithBench, leaseMs, type Bench } from './bench.contract.js';

const later = 3_600_000;

export function describeWishes(make: MakeStore): void {
  describe('wishes', () => {
    const bench = eachWithBench(make);
    const takeBatch = (state: Batch['state']) => bench().batches.take({ state, owner: 'a', leaseMs });

    describe('interleaving 18: cancel in each state', () => {
      it.each<RunState>(['awaited', 'requested', 'running'])(
        'R2: a run that is %s keeps the wish and is due at once',
        async (state) => {
          await bench().insertRun('run', { state, nextAt: bench().in(later), backoffUntil: bench().in(later) });

          expect(await bench().runs.requestCancel('run')).toBe(true);

          expect(await bench().takeRun('a', undefined, state)).toMatchObject({
            cancelRequestedAt: bench().clock.now(),
          });
        },
      );

      it.each<RunState>(['rejected', 'finished', 'cancelled', 'incomplete'])(
        'R2: a run that is %s has nothing left to cancel',
        async (state) => {
          await bench().insertRun('run', { state });

          expect(await bench().runs.requestCancel('run')).toBe(false);
          expect(await bench().run('run')).toMatchObject({ cancelRequestedAt: null, signals: 0 });
        },
      );

      it('R2: the first wish counts, and a run that is not known takes none', async () => {
        await bench().insertRun('run');
        await bench().runs.requestCancel('run');
        const first = bench().clock.now();
        bench().clock.advance(1_000);

        expect(await bench().runs.requestCancel('run')).toBe(true);
        expect((await bench().run('run')).cancelRequestedAt).toEqual(first);
        expect(await bench().runs.requestCancel('nowhere')).toBe(false);
      });

      it('R2: a wish clears the mark of a parked run', async () => {
        await bench().insertRun('run', { parked: true, attempts: 5 });

        await bench().runs.requestCancel('run');

        expect(await bench().takeRun('a')).toMatchObject({ parked: false, attempts: 0 });
      });

      it('R2: a wish that comes while the run is worked on is looked at as soon as it is let go', async () => {
        await bench().insertRun('run');
        const leased = bench().lease(await bench().takenRun('a', 'run'));

        await bench().runs.requestCancel('run');
        await leased.wait(bench().in(later)).apply([]);

        expect(await bench().takeRun('b')).toMatchObject({ cancelRequestedAt: bench().clock.now() });
      });

      it.each<Batch['state']>(['built', 'submitted'])('R2: a batch that is %s can be cancelled', async (state) => {
        await insertBatch(bench(), { state, parked: true, nextAt: bench().in(later) });

        expect(await bench().batches.requestCancel('run.c1.b1')).toBe(true);

        expect(await takeBatch(state)).toMatchObject({
          cancelRequestedAt: bench().clock.now(),
          parked: false,
          signals: 1,
        });
      });

      it.each<Batch['state']>(['settled', 'ingested'])('R2: a batch that is %s is not cancelled', async (state) => {
        await insertBatch(bench(), { state });

        expect(await bench().batches.requestCancel('run.c1.b1')).toBe(false);
        expect(await bench().batches.get('run.c1.b1')).toMatchObject({ cancelRequestedAt: null });
      });

      it('R2: a wish that stands does not make the batch due again and again', async () => {
        await insertBatch(bench(), { state: 'submitted' });
        await bench().batches.requestCancelOfRun('run');
        const taken = await takeBatch('submitted');
        expect(await bench().batches.writes.wait(taken!, {}, bench().in(later))).toBe(true);

        await bench().batches.requestCancelOfRun('run');

        expect(await bench().batches.requestCancel('run.c1.b1')).toBe(true);
        expect(await takeBatch('submitted')).toBeNull();
      });

      it('R2: the wish to cancel a run reaches its batches on their way, and no others', async () => {
        await insertBatch(bench(), { number: 1, state: 'built' });
        await insertBatch(bench(), { number: 2, state: 'submitted' });
        await insertBatch(bench(), { number: 3, state: 'settled' });
        await insertBatch(bench(), { runId: 'other', claimId: 'other.c1', number: 1, state: 'built' });

        await bench().batches.requestCancelOfRun('run');

        const asked = bench().batches.find({ cancelRequestedAt: { $ne: null } }, { sort: { _id: 1 } });
        expect(await Array.fromAsync(asked, ({ _id }) => _id)).toEqual(['run.c1.b1', 'run.c1.b2']);
      });
    });

    describe('a pause', () => {
      const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

      it.each<RunState>(['awaited', 'requested', 'running'])('R10: a run that is %s keeps it', async (state) => {
        await bench().insertRun('run', { state });

        expect(await bench().runs.requestPause('run', at(1))).toBe(true);

        const run = await bench().run('run');
        expect(run).toMatchObject({ pausedAt: at(1), state, signals: 1 });
        expect(isPaused(run)).toBe(true);
      });

      it('R10: the first wish counts, and one that comes twice changes nothing', async () => {
        await bench().insertRun('run');

        for (const second of [1, 2, 2]) await bench().runs.requestPause('run', at(second));

        expect(await bench().run('run')).toMatchObject({ pausedAt: at(1), lastPauseCommandAt: at(2) });
      });

      it('R10: ends with a resume, which makes the run due at once', async () => {
        await bench().insertRun('run', { state: 'running', nextAt: bench().in(later) });
        await bench().runs.requestPause('run', at(1));

        expect(await bench().runs.requestResume('run', at(2))).toBe(true);

        const taken = await bench().takeRun('a', undefined, 'running');
        expect(taken).toMatchObject({ pausedAt: null });
        expect(isPaused(taken)).toBe(false);
      });

      it('R10: of a pause and a resume the one that was said last holds, in whatever order and however often they come', async () => {
        await bench().insertRun('resumed');
        await bench().insertRun('paused');

        await bench().runs.requestResume('resumed', at(2));
        for (let times = 0; times < 2; times += 1) await bench().runs.requestPause('resumed', at(1));
        await bench().runs.requestPause('paused', at(3));
        for (let times = 0; times < 2; times += 1) await bench().runs.requestResume('paused', at(2));

        expect(await bench().run('resumed')).toMatchObject({ pausedAt: null });
        expect(await bench().run('paused')).toMatchObject({ pausedAt: at(3) });
      });

      it.each<RunState>(['rejected', 'finished', 'cancelled', 'incomplete'])(
        'R10: a run that is %s has nothing to pause or resume',
        async (state) => {
          await bench().insertRun('run', { state });

          expect(await bench().runs.requestPause('run', at(1))).toBe(false);
          expect(await bench().runs.requestResume('run', at(2))).toBe(false);
          expect(await bench().run('run')).toMatchObject({ pausedAt: null, lastPauseCommandAt: null, signals: 0 });
        },
      );

      it('R10: a wish to cancel counts more', async () => {
        await bench().insertRun('run', { state: 'running' });
        await bench().runs.requestPause('run', at(1));
        await bench().runs.requestCancel('run');

        expect(isPaused(await bench().run('run'))).toBe(false);
      });

      it('R10: what waited for its end is looked at, but for what backs off or is parked', async () => {
        await insertBatch(bench(), { number: 1, state: 'built', nextAt: bench().in(later) });
        await insertBatch(bench(), { number: 2, state: 'built', backoffUntil: bench().in(later) });
        await insertBatch(bench(), { number: 3, state: 'built', parked: true });

        await bench().batches.makeDue('run', 'built');

        expect(await takeBatch('built')).toMatchObject({ _id: 'run.c1.b1' });
        expect(await takeBatch('built')).toBeNull();
      });
    });

    it.each<Batch['state']>(['submitted', 'settled'])('R2: a batch that is %s can be processed now', async (state) => {
      await insertBatch(bench(), { state, nextAt: bench().in(later), backoffUntil: bench().in(later) });

      expect(await bench().batches.requestProcess('run.c1.b1')).toBe(true);
      expect(await takeBatch(state)).toMatchObject({ _id: 'run.c1.b1' });
    });

    it('R2: what is not submitted yet, or brought home already, is not processed', async () => {
      await insertBatch(bench(), { number: 1, state: 'built' });
      await insertBatch(bench(), { number: 2, state: 'ingested' });

      for (const id of ['run.c1.b1', 'run.c1.b2', 'nowhere'])
        expect(await bench().batches.requestProcess(id)).toBe(false);
    });

    it('what a run’s cancel has to pass through is hurried', async () => {
      const about = { kind: 'scan', previousClaimId: null, positionAfter: null, scanEnds: false } as const;
      const claim = bench().claims.new('run', 1, { ...about, members: 'members', traceparent: null });
      const waiting = { nextAt: bench().in(later), backoffUntil: bench().in(later), parked: true };
      await bench()
        .claims.insertion({ ...claim, state: 'sealed', ...waiting })
        .apply([]);

      await bench().claims.expedite('run');

      expect(await bench().claims.take({ state: 'sealed', owner: 'a', leaseMs })).toMatchObject({ _id: 'run.c1' });
    });
  });
}

async function insertBatch(bench: Bench, fields: Partial<Batch>): Promise<void> {
  const { runId = 'run', claimId = 'run.c1', number = 1 } = fields;
  const built = bench.batches.new({
    runId,
    claimId,
    pipeline: 'notes',
    number,
    positionAfter: { model: 1, member: 0 },
    last: true,
    file: 'file',
    fileBytes: 1,
    manifest: 'manifest',
    url: '/v1/embeddings',
    model: 'text-embedding-3-small',
    documents: 1,
    requests: 1,
    unrendered: 0,
    inputTokens: 1,
    completionWindow: '24h',
    traceparent: null,
  });
  await bench.batches.insertion({ ...built, ...fields }).apply([]);
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithBench, leaseMs } from './bench.contract.js';

const hourMs = 3_600_000;

export function describeMoving(make: MakeStore): void {
  describe('moving', () => {
    const bench = eachWithBench(make);

    it('one update writes the state, the changes and the facts, and frees the lease', async () => {
      await bench().insertRun('run', {
        attempts: 2,
        error: { kind: 'Error', code: 'unforeseen', message: 'm', at: new Date(0) },
      });
      const leased = bench().lease(await bench().takenRun('a', 'run'));
      bench().clock.advance(1_000);
      const envelopes = [bench().fact('one'), bench().fact('two')];

      const transition = leased.with({ endpoint: 'embeddings' }).to('running');
      const applied = await transition.apply(envelopes);

      expect(applied).toBe(true);
      expect(transition).toMatchObject({ recordId: 'run', endsLease: true, dueAt: null, whenNotApplied: 'lease-lost' });
      expect(await bench().run('run')).toMatchObject({
        state: 'running',
        endpoint: 'embeddings',
        outbox: envelopes,
        lease: { owner: null, until: new Date(0) },
        nextAt: bench().clock.now(),
        updatedAt: bench().clock.now(),
        attempts: 0,
        error: null,
        fence: 1,
      });
      expect(await bench().takeRun('b', undefined, 'running')).toMatchObject({ _id: 'run', fence: 2 });
    });

    it('a move happens once: a second try finds neither state nor fence as expected', async () => {
      await bench().insertRun('run');
      const transition = bench()
        .lease(await bench().takenRun('a', 'run'))
        .to('running');

      expect(await transition.apply([bench().fact('one')])).toBe(true);
      expect(await transition.apply([bench().fact('one')])).toBe(false);
      expect((await bench().run('run')).outbox).toHaveLength(1);
    });

    it('facts of former moves that are still unsaid stay', async () => {
      await bench().insertRun('run', { outbox: [bench().fact('before')] });
      const leased = bench().lease(await bench().takenRun('a', 'run'));

      await leased.to('running').apply([bench().fact('after')]);

      expect((await bench().run('run')).outbox.map(({ id }) => id)).toEqual(['before', 'after']);
    });

    it('a fact that was said is forgotten, whoever holds the record by then', async () => {
      await bench().insertRun('run');
      const transition = bench()
        .lease(await bench().takenRun('a', 'run'))
        .to('running');
      await transition.apply([bench().fact('one'), bench().fact('two')]);
      await bench().takeRun('b', 'run', 'running');

      await transition.markPublished('one');

      expect(await bench().run('run')).toMatchObject({ outbox: [{ id: 'two' }], lease: { owner: 'b' } });
    });

    it('what backs off is moved, and not taken before its time even when it is named', async () => {
      await bench().insertRun('run');
      const leased = bench().lease(await bench().takenRun('a', 'run'));

      const applied = await leased.with({}).backOff('running', bench().in(hourMs)).apply([]);

      expect(applied).toBe(true);
      expect(await bench().takeRun('b', 'run', 'running')).toBeNull();
      bench().clock.advance(hourMs);
      expect(await bench().takeRun('b', 'run', 'running')).toMatchObject({ _id: 'run' });
    });
  });

  describe('waiting', () => {
    const bench = eachWithBench(make);

    it('who waits stays in its state, free, until its time or a wake', async () => {
      await bench().insertRun('run', { attempts: 1 });
      const leased = bench().lease(await bench().takenRun('a', 'run'));
      const until = bench().in(hourMs);

      const transition = leased.with({ reason: 'later' }).wait(until);
      const applied = await transition.apply([]);

      expect(applied).toBe(true);
      expect(transition).toMatchObject({ endsLease: true, dueAt: until, events: [] });
      expect(await bench().run('run')).toMatchObject({
        state: 'requested',
        reason: 'later',
        nextAt: until,
        attempts: 0,
        lease: { owner: null },
      });
      expect(await bench().takeRun('b')).toBeNull();
      expect(await bench().takeRun('b', 'run')).toMatchObject({ _id: 'run' });
    });

    it('a wake that came while the record was held makes it due at once', async () => {
      await bench().insertRun('run');
      const leased = bench().lease(await bench().takenRun('a', 'run'));

      expect(await bench().runs.noteSignal('run', 'requested')).toBe(true);
      await leased.with({ reason: 'later' }).wait(bench().in(hourMs)).apply([]);

      expect(await bench().takeRun('b')).toMatchObject({ _id: 'run', reason: 'later' });
    });

    it('a wake that was looked into is not looked into again', async () => {
      await bench().insertRun('run');
      const first = bench().lease(await bench().takenRun('a', 'run'));
      await bench().runs.noteSignal('run', 'requested');
      await first.wait(bench().in(hourMs)).apply([]);

      const second = bench().lease(await bench().takenRun('a', 'run'));
      await second.wait(bench().in(hourMs)).apply([]);

      expect(await bench().takeRun('b')).toBeNull();
    });

    it('a wake is noted only with a record that is held, in the state that it is meant for', async () => {
      await bench().insertRun('free');
      await bench().insertRun('held');
      await bench().takenRun('a', 'held');

      expect(await bench().runs.noteSignal('held', 'running')).toBe(false);
      expect(await bench().runs.noteSignal('free', 'requested')).toBe(false);
      expect(await bench().runs.noteSignal('nowhere', 'requested')).toBe(false);
      bench().clock.advance(leaseMs);
      expect(await bench().runs.noteSignal('held', 'requested')).toBe(false);
      expect(await bench().runs.count({ signals: 0 })).toBe(2);
    });
  });
}

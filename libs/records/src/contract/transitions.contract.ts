import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { eachWithFixture, leaseMs } from './fixture.contract.js';

const hourMs = 3_600_000;

export function describeTransitions(make: MakeStore): void {
  describe('a transition', () => {
    const fixture = eachWithFixture(make);

    it('one update writes the state, the changes and the envelopes, and ends the lease', async () => {
      await fixture().insertRun('run', {
        attempts: 2,
        error: { kind: 'Error', code: 'unforeseen', message: 'm', at: new Date(0) },
      });
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      fixture().clock.advance(1_000);
      const envelopes = [fixture().envelope('one'), fixture().envelope('two')];

      const transition = leased.with({ endpoint: 'embeddings' }).to('running');
      const applied = await transition.apply(envelopes);

      expect(applied).toBe(true);
      expect(transition).toMatchObject({ recordId: 'run', endsLease: true, dueAt: null });
      expect(await fixture().run('run')).toMatchObject({
        state: 'running',
        endpoint: 'embeddings',
        outbox: envelopes,
        lease: { owner: null, until: new Date(0) },
        nextAt: fixture().clock.now(),
        updatedAt: fixture().clock.now(),
        attempts: 0,
        error: null,
        fence: 1,
      });
      expect(await fixture().takeRun('b', undefined, 'running')).toMatchObject({ _id: 'run', fence: 2 });
    });

    it('applied twice, it changes nothing the second time', async () => {
      await fixture().insertRun('run');
      const transition = fixture()
        .lease(await fixture().mustTakeRun('a', 'run'))
        .to('running');

      expect(await transition.apply([fixture().envelope('one')])).toBe(true);
      expect(await transition.apply([fixture().envelope('one')])).toBe(false);
      expect((await fixture().run('run')).outbox).toHaveLength(1);
    });

    it('it keeps the unpublished events of previous transitions', async () => {
      await fixture().insertRun('run', { outbox: [fixture().envelope('before')] });
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));

      await leased.to('running').apply([fixture().envelope('after')]);

      expect((await fixture().run('run')).outbox.map(({ id }) => id)).toEqual(['before', 'after']);
    });

    it('a published event leaves the outbox, even when another process holds the record by then', async () => {
      await fixture().insertRun('run');
      const transition = fixture()
        .lease(await fixture().mustTakeRun('a', 'run'))
        .to('running');
      await transition.apply([fixture().envelope('one'), fixture().envelope('two')]);
      await fixture().takeRun('b', 'run', 'running');

      await transition.markPublished('one');

      expect(await fixture().run('run')).toMatchObject({ outbox: [{ id: 'two' }], lease: { owner: 'b' } });
    });

    it('a record that backs off changes its state and is not taken before its time, not even by a signal', async () => {
      await fixture().insertRun('run');
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));

      const applied = await leased.with({}).backOff('running', fixture().in(hourMs)).apply([]);

      expect(applied).toBe(true);
      expect(await fixture().takeRun('b', 'run', 'running')).toBeNull();
      fixture().clock.advance(hourMs);
      expect(await fixture().takeRun('b', 'run', 'running')).toMatchObject({ _id: 'run' });
    });

    it('a command that arrived while the record was leased makes it due at once, whatever it is to wait for', async () => {
      await fixture().insertRun('run');
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      await fixture().runs.requestCancel('run');

      const applied = await leased.with({ reason: 'later' }).backOff('running', fixture().in(hourMs)).apply([]);

      expect(applied).toBe(true);
      expect(await fixture().takeRun('b', undefined, 'running')).toMatchObject({ _id: 'run', reason: 'later' });
    });
  });

  describe('waiting', () => {
    const fixture = eachWithFixture(make);

    it('a record that waits stays in its state without a lease until its time or a signal', async () => {
      await fixture().insertRun('run', { attempts: 1 });
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      const until = fixture().in(hourMs);

      const transition = leased.with({ reason: 'later' }).wait(until);
      const applied = await transition.apply([]);

      expect(applied).toBe(true);
      expect(transition).toMatchObject({ endsLease: true, dueAt: until, events: [] });
      expect(await fixture().run('run')).toMatchObject({
        state: 'requested',
        reason: 'later',
        nextAt: until,
        attempts: 0,
        lease: { owner: null },
      });
      expect(await fixture().takeRun('b')).toBeNull();
      expect(await fixture().takeRun('b', 'run')).toMatchObject({ _id: 'run' });
    });

    it('a signal that arrived while the record was leased makes it due at once', async () => {
      await fixture().insertRun('run');
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));

      expect(await fixture().runs.noteSignal('run', 'requested')).toBe(true);
      await leased.with({ reason: 'later' }).wait(fixture().in(hourMs)).apply([]);

      expect(await fixture().takeRun('b')).toMatchObject({ _id: 'run', reason: 'later' });
    });

    it('a signal is handled once', async () => {
      await fixture().insertRun('run');
      const first = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      await fixture().runs.noteSignal('run', 'requested');
      await first.wait(fixture().in(hourMs)).apply([]);

      const second = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      await second.wait(fixture().in(hourMs)).apply([]);

      expect(await fixture().takeRun('b')).toBeNull();
    });

    it('a signal is noted only on a record that is leased in the state of the signal', async () => {
      await fixture().insertRun('free');
      await fixture().insertRun('held');
      await fixture().mustTakeRun('a', 'held');

      expect(await fixture().runs.noteSignal('held', 'running')).toBe(false);
      expect(await fixture().runs.noteSignal('free', 'requested')).toBe(false);
      expect(await fixture().runs.noteSignal('nowhere', 'requested')).toBe(false);
      fixture().clock.advance(leaseMs);
      expect(await fixture().runs.noteSignal('held', 'requested')).toBe(false);
      expect(await fixture().store.collection('runs').count({ signals: 0 })).toBe(2);
    });
  });
}

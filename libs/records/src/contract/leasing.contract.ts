import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { InterruptedError, LeaseLostError, recordedError, type LeaseWrites, type Run } from '../index.js';
import { eachWithFixture, leaseMs } from './fixture.contract.js';

type Write = (writes: LeaseWrites<Run>, run: Run, at: Date) => Promise<boolean>;

/** Every write of a holder. */
const writes: [string, Write][] = [
  ['save', (to, run) => to.save(run, { reason: 'mine' })],
  ['renew', (to, run, at) => to.renew(run, at)],
  ['transition', (to, run) => to.transition(run, { state: 'running', changes: { reason: 'mine' }, envelopes: [] })],
  ['wait', (to, run, at) => to.wait(run, { reason: 'mine' }, at)],
  ['release', (to, run, at) => to.release(run, at)],
  ['fail', (to, run, at) => to.fail(run, { error: recordedError('odd', at), backoffUntil: at })],
  ['park', (to, run, at) => to.park(run, { error: recordedError('odd', at), backoffUntil: at })],
];

export function describeLeasing(make: MakeStore): void {
  describe('holding a lease', () => {
    const fixture = eachWithFixture(make);

    it('R7: a lease that is renewed in time continues', async () => {
      await fixture().insertRun('run');
      const taken = await fixture().mustTakeRun('a', 'run');

      fixture().clock.advance(leaseMs - 1);
      expect(await fixture().runs.writes.renew(taken, fixture().in(leaseMs))).toBe(true);
      fixture().clock.advance(leaseMs - 1);

      expect(await fixture().takeRun('b')).toBeNull();
      expect(await fixture().run('run')).toMatchObject({ fence: 1, lease: { owner: 'a' } });
    });

    it('the holder of an expired lease still writes while no other process has taken the record', async () => {
      await fixture().insertRun('run');
      const taken = await fixture().mustTakeRun('a', 'run');

      fixture().clock.advance(10 * leaseMs);

      expect(await fixture().runs.writes.save(taken, { reason: 'mine' })).toBe(true);
    });

    it.each(writes)('R7: after a takeover the previous holder cannot %s', async (_, write) => {
      await fixture().insertRun('run');
      const previous = await fixture().mustTakeRun('a', 'run');
      fixture().clock.advance(leaseMs);
      await fixture().mustTakeRun('b', 'run');
      const before = await fixture().run('run');

      const written = await write(fixture().runs.writes, previous, fixture().in(1_000_000));

      expect(written).toBe(false);
      expect(await fixture().run('run')).toEqual(before);
    });

    it.each(writes)('R7: after its transition the holder cannot %s', async (_, write) => {
      await fixture().insertRun('run');
      const previous = await fixture().mustTakeRun('a', 'run');
      await fixture().lease(previous).to('running').apply([]);
      const before = await fixture().run('run');

      const written = await write(fixture().runs.writes, previous, fixture().in(1_000_000));

      expect(written).toBe(false);
      expect(await fixture().run('run')).toEqual(before);
    });

    it('R7: leases are ended where nobody else works: the records are taken at once', async () => {
      await fixture().insertRun('run');
      await fixture().insertRun('free');
      await fixture().mustTakeRun('a', 'run');

      expect(await fixture().runs.endLeases()).toBe(1);

      expect(await fixture().takeRun('b', 'run')).toMatchObject({ lease: { owner: 'b' } });
      expect(await fixture().run('free')).toMatchObject({ fence: 0 });
    });

    it('R7: the leases of a process that has ended are ended, and those of others stay', async () => {
      await fixture().insertRun('run');
      await fixture().insertRun('other');
      await fixture().insertRun('free');
      await fixture().mustTakeRun('a', 'run');
      await fixture().mustTakeRun('b', 'other');

      expect(await fixture().runs.leaseHolders()).toEqual(new Set(['a', 'b']));
      expect(await fixture().runs.endLeases(['a', 'unknown'])).toBe(1);

      expect(await fixture().takeRun('c', 'run')).toMatchObject({ lease: { owner: 'c' } });
      expect(await fixture().run('other')).toMatchObject({ fence: 1, lease: { owner: 'b' } });
    });

    it('a lease that has run out has no holder', async () => {
      await fixture().insertRun('run');
      await fixture().mustTakeRun('a', 'run');
      fixture().clock.advance(leaseMs);

      expect(await fixture().runs.leaseHolders()).toEqual(new Set());
    });

    it.each(writes)(
      'R7: a process whose leases were ended cannot %s, although nobody has taken its record',
      async (_, write) => {
        await fixture().insertRun('run');
        const previous = await fixture().mustTakeRun('a', 'run');
        await fixture().runs.endLeases();
        const before = await fixture().run('run');

        expect(await write(fixture().runs.writes, previous, fixture().in(1_000_000))).toBe(false);
        expect(await fixture().run('run')).toEqual(before);
      },
    );

    it('a renewal that arrives after the record was released does not lease it again', async () => {
      await fixture().insertRun('run');
      const taken = await fixture().mustTakeRun('a', 'run');
      await fixture().runs.writes.release(taken, fixture().clock.now());

      await fixture().runs.writes.renew(taken, fixture().in(leaseMs));

      expect(await fixture().takeRun('b')).toMatchObject({ fence: 2, lease: { owner: 'b' } });
    });

    it('the previous holder gets an error after a takeover, and its data stays as it was', async () => {
      await fixture().insertRun('run');
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      await leased.save({ reason: 'first' });
      fixture().clock.advance(leaseMs);
      await fixture().mustTakeRun('b', 'run');

      await expect(leased.save({ reason: 'second' })).rejects.toThrow(LeaseLostError);
      await expect(leased.checkpoint({ reason: 'second' })).rejects.toThrow(LeaseLostError);
      expect(leased.data.reason).toBe('first');
      expect((await fixture().run('run')).reason).toBe('first');
    });

    it('a checkpoint is stored before it interrupts the work of a stage that stops', async () => {
      await fixture().insertRun('run');
      const stopping = new AbortController();
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'), stopping.signal);
      await leased.checkpoint({ reason: 'first' });
      leased.throwIfStopping();

      stopping.abort();

      await expect(leased.checkpoint({ reason: 'second' })).rejects.toThrow(InterruptedError);
      expect(() => leased.throwIfStopping()).toThrow(InterruptedError);
      expect((await fixture().run('run')).reason).toBe('second');
    });
  });
}

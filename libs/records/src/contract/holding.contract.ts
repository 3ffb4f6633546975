import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { InterruptedError, LeaseLostError, recordedError, type LeaseWrites, type Run } from '../index.js';
import { eachWithBench, leaseMs } from './bench.contract.js';

type Write = (writes: LeaseWrites<Run>, run: Run, at: Date) => Promise<boolean>;

/** Every write that a holder has. */
const writes: [string, Write][] = [
  ['save', (to, run) => to.save(run, { reason: 'mine' })],
  ['renew', (to, run, at) => to.renew(run, at)],
  ['move', (to, run) => to.transition(run, { state: 'running', changes: { reason: 'mine' }, envelopes: [] })],
  ['wait', (to, run, at) => to.wait(run, { reason: 'mine' }, at)],
  ['giveBack', (to, run, at) => to.giveBack(run, at)],
  ['fail', (to, run, at) => to.fail(run, { error: recordedError('odd', at), backoffUntil: at })],
  ['park', (to, run, at) => to.park(run, { error: recordedError('odd', at), backoffUntil: at })],
];

export function describeHolding(make: MakeStore): void {
  describe('holding a lease', () => {
    const bench = eachWithBench(make);

    it('R7: renewed in time, a lease goes on', async () => {
      await bench().insertRun('run');
      const taken = await bench().takenRun('a', 'run');

      bench().clock.advance(leaseMs - 1);
      expect(await bench().runs.writes.renew(taken, bench().in(leaseMs))).toBe(true);
      bench().clock.advance(leaseMs - 1);

      expect(await bench().takeRun('b')).toBeNull();
      expect(await bench().run('run')).toMatchObject({ fence: 1, lease: { owner: 'a' } });
    });

    it('a lease that ran out and that nobody took over still writes', async () => {
      await bench().insertRun('run');
      const taken = await bench().takenRun('a', 'run');

      bench().clock.advance(10 * leaseMs);

      expect(await bench().runs.writes.save(taken, { reason: 'mine' })).toBe(true);
    });

    it.each(writes)('R7: after a takeover the former holder finds nothing to %s', async (_, write) => {
      await bench().insertRun('run');
      const former = await bench().takenRun('a', 'run');
      bench().clock.advance(leaseMs);
      await bench().takenRun('b', 'run');
      const before = await bench().run('run');

      const written = await write(bench().runs.writes, former, bench().in(1_000_000));

      expect(written).toBe(false);
      expect(await bench().run('run')).toEqual(before);
    });

    it.each(writes)('R7: after its move the holder finds nothing to %s', async (_, write) => {
      await bench().insertRun('run');
      const former = await bench().takenRun('a', 'run');
      await bench().lease(former).to('running').apply([]);
      const before = await bench().run('run');

      const written = await write(bench().runs.writes, former, bench().in(1_000_000));

      expect(written).toBe(false);
      expect(await bench().run('run')).toEqual(before);
    });

    it('a renewal that arrives after the record was let go does not hold it', async () => {
      await bench().insertRun('run');
      const taken = await bench().takenRun('a', 'run');
      await bench().runs.writes.giveBack(taken, bench().clock.now());

      await bench().runs.writes.renew(taken, bench().in(leaseMs));

      expect(await bench().takeRun('b')).toMatchObject({ fence: 2, lease: { owner: 'b' } });
    });

    it('a leased record learns of the takeover by an error, and keeps what it knew', async () => {
      await bench().insertRun('run');
      const leased = bench().lease(await bench().takenRun('a', 'run'));
      await leased.save({ reason: 'first' });
      bench().clock.advance(leaseMs);
      await bench().takenRun('b', 'run');

      await expect(leased.save({ reason: 'second' })).rejects.toThrow(LeaseLostError);
      await expect(leased.checkpoint({ reason: 'second' })).rejects.toThrow(LeaseLostError);
      expect(leased.data.reason).toBe('first');
      expect((await bench().run('run')).reason).toBe('first');
    });

    it('a checkpoint is stored before it interrupts the work of a stage that stops', async () => {
      await bench().insertRun('run');
      const stopping = new AbortController();
      const leased = bench().lease(await bench().takenRun('a', 'run'), stopping.signal);
      await leased.checkpoint({ reason: 'first' });
      leased.throwIfStopping();

      stopping.abort();

      await expect(leased.checkpoint({ reason: 'second' })).rejects.toThrow(InterruptedError);
      expect(() => leased.throwIfStopping()).toThrow(InterruptedError);
      expect((await bench().run('run')).reason).toBe('second');
    });
  });
}

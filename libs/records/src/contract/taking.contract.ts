import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { concurrently, eachWithFixture, leaseMs } from './fixture.contract.js';

export function describeTaking(make: MakeStore): void {
  describe('taking a record', () => {
    const fixture = eachWithFixture(make);

    it('R7 S5: 16 concurrent takers share 200 records, and none is taken twice', async () => {
      const runs = fixture().store.collection('runs');
      for (let number = 0; number < 200; number += 1) await fixture().insertRun(`run-${number}`);

      const taken = await concurrently(16, async (taker) => {
        const ids: string[] = [];
        const take = () => fixture().takeRun(`taker-${taker}`);
        for (let run = await take(); run !== null; run = await take()) ids.push(run._id);
        return ids;
      });

      expect(taken.flat()).toHaveLength(200);
      expect(new Set(taken.flat()).size).toBe(200);
      expect(await runs.count({ fence: 1 })).toBe(200);
      for (const [taker, ids] of taken.entries()) {
        expect(await runs.count({ 'lease.owner': `taker-${taker}` })).toBe(ids.length);
      }
    });

    it('the record that is due longest is taken first', async () => {
      await fixture().insertRun('later', { nextAt: fixture().in(-1_000) });
      await fixture().insertRun('first', { nextAt: fixture().in(-2_000) });

      expect((await fixture().takeRun('a'))?._id).toBe('first');
      expect((await fixture().takeRun('a'))?._id).toBe('later');
      expect(await fixture().takeRun('a')).toBeNull();
    });

    it('R7: a lease names its owner and its end, and no other process takes the record before then', async () => {
      await fixture().insertRun('run');

      expect(await fixture().takeRun('a')).toMatchObject({
        fence: 1,
        lease: { owner: 'a', until: fixture().in(leaseMs) },
      });

      fixture().clock.advance(leaseMs - 1);
      expect(await fixture().takeRun('b')).toBeNull();
      expect(await fixture().takeRun('b', 'run')).toBeNull();
    });

    it('R7: a record whose lease has expired is taken under a higher fence', async () => {
      await fixture().insertRun('run');
      await fixture().takeRun('a');

      fixture().clock.advance(leaseMs);
      const second = await fixture().takeRun('b');
      fixture().clock.advance(leaseMs);
      const third = await fixture().takeRun('a');

      expect(second).toMatchObject({ fence: 2, lease: { owner: 'b' } });
      expect(third).toMatchObject({ fence: 3, lease: { owner: 'a' } });
    });

    it('a record is not taken before it is due, unless a signal names it', async () => {
      await fixture().insertRun('run', { nextAt: fixture().in(60_000) });

      expect(await fixture().takeRun('a')).toBeNull();
      expect(await fixture().takeRun('a', 'run')).toMatchObject({ _id: 'run' });
    });

    it('a record that backs off is not taken before its time, not even by a signal', async () => {
      await fixture().insertRun('run', { backoffUntil: fixture().in(1_000) });

      expect(await fixture().takeRun('a')).toBeNull();
      expect(await fixture().takeRun('a', 'run')).toBeNull();

      fixture().clock.advance(1_000);
      expect(await fixture().takeRun('a')).toMatchObject({ _id: 'run' });
    });

    it('a record that a signal took before its time is due when its holder dies, without another signal', async () => {
      await fixture().insertRun('run', { nextAt: fixture().in(24 * 3_600_000) });
      await fixture().mustTakeRun('a', 'run');

      fixture().clock.advance(leaseMs);

      expect(await fixture().takeRun('b')).toMatchObject({ _id: 'run', fence: 2 });
    });

    it('a record that a signal took before its time is due when it is released', async () => {
      await fixture().insertRun('run', { nextAt: fixture().in(24 * 3_600_000) });
      const taken = await fixture().mustTakeRun('a', 'run');

      await fixture().runs.writes.release(taken, fixture().in(1_000));

      expect(await fixture().takeRun('b')).toBeNull();
      fixture().clock.advance(1_000);
      expect(await fixture().takeRun('b')).toMatchObject({ _id: 'run', attempts: 0 });
    });

    it('neither a parked record nor one in another state is taken, not even by a signal', async () => {
      await fixture().insertRun('parked', { parked: true });
      await fixture().insertRun('running', { state: 'running' });

      for (const id of ['parked', 'running', undefined]) expect(await fixture().takeRun('a', id)).toBeNull();
      expect(await fixture().takeRun('a', 'running', 'running')).toMatchObject({ _id: 'running' });
    });
  });
}

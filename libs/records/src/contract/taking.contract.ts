import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { concurrently, eachWithBench, leaseMs } from './bench.contract.js';

export function describeTaking(make: MakeStore): void {
  describe('taking', () => {
    const bench = eachWithBench(make);

    it('R7 S5: 16 concurrent takers share 200 records, and none is taken twice', async () => {
      const runs = bench().store.collection('runs');
      for (let number = 0; number < 200; number += 1) await bench().insertRun(`run-${number}`);

      const taken = await concurrently(16, async (taker) => {
        const mine: string[] = [];
        const take = () => bench().takeRun(`taker-${taker}`);
        for (let run = await take(); run !== null; run = await take()) mine.push(run._id);
        return mine;
      });

      expect(taken.flat()).toHaveLength(200);
      expect(new Set(taken.flat()).size).toBe(200);
      expect(await runs.count({ fence: 1 })).toBe(200);
      for (const [taker, mine] of taken.entries()) {
        expect(await runs.count({ 'lease.owner': `taker-${taker}` })).toBe(mine.length);
      }
    });

    it('what is due longest is taken first', async () => {
      await bench().insertRun('later', { nextAt: bench().in(-1_000) });
      await bench().insertRun('first', { nextAt: bench().in(-2_000) });

      expect((await bench().takeRun('a'))?._id).toBe('first');
      expect((await bench().takeRun('a'))?._id).toBe('later');
      expect(await bench().takeRun('a')).toBeNull();
    });

    it('R7: a lease names its owner and its end, and nobody else takes the record before it', async () => {
      await bench().insertRun('run');

      expect(await bench().takeRun('a')).toMatchObject({ fence: 1, lease: { owner: 'a', until: bench().in(leaseMs) } });

      bench().clock.advance(leaseMs - 1);
      expect(await bench().takeRun('b')).toBeNull();
      expect(await bench().takeRun('b', 'run')).toBeNull();
    });

    it('R7: a lease that has run out is taken over under a higher fence', async () => {
      await bench().insertRun('run');
      await bench().takeRun('a');

      bench().clock.advance(leaseMs);
      const second = await bench().takeRun('b');
      bench().clock.advance(leaseMs);
      const third = await bench().takeRun('a');

      expect(second).toMatchObject({ fence: 2, lease: { owner: 'b' } });
      expect(third).toMatchObject({ fence: 3, lease: { owner: 'a' } });
    });

    it('a record is not looked at before it is due, unless it is named', async () => {
      await bench().insertRun('run', { nextAt: bench().in(60_000) });

      expect(await bench().takeRun('a')).toBeNull();
      expect(await bench().takeRun('a', 'run')).toMatchObject({ _id: 'run' });
    });

    it('a record that backs off is not taken before its time, named or not', async () => {
      await bench().insertRun('run', { backoffUntil: bench().in(1_000) });

      expect(await bench().takeRun('a')).toBeNull();
      expect(await bench().takeRun('a', 'run')).toBeNull();

      bench().clock.advance(1_000);
      expect(await bench().takeRun('a')).toMatchObject({ _id: 'run' });
    });

    it('what a wake took before its time is due when its holder dies, without another wake', async () => {
      await bench().insertRun('run', { nextAt: bench().in(24 * 3_600_000) });
      await bench().takenRun('a', 'run');

      bench().clock.advance(leaseMs);

      expect(await bench().takeRun('b')).toMatchObject({ _id: 'run', fence: 2 });
    });

    it('what a wake took before its time is due when it is given back', async () => {
      await bench().insertRun('run', { nextAt: bench().in(24 * 3_600_000) });
      const taken = await bench().takenRun('a', 'run');

      await bench().runs.writes.release(taken, bench().in(1_000));

      expect(await bench().takeRun('b')).toBeNull();
      bench().clock.advance(1_000);
      expect(await bench().takeRun('b')).toMatchObject({ _id: 'run', attempts: 0 });
    });

    it('neither a parked record nor one in another state is taken, named or not', async () => {
      await bench().insertRun('parked', { parked: true });
      await bench().insertRun('running', { state: 'running' });

      for (const id of ['parked', 'running', undefined]) expect(await bench().takeRun('a', id)).toBeNull();
      expect(await bench().takeRun('a', 'running', 'running')).toMatchObject({ _id: 'running' });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { recordedError } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

export function describeDue(make: MakeStore): void {
  describe('due work', () => {
    const fixture = eachWithFixture(make);

    it('S5: is counted by state, and since when the oldest is due', async () => {
      await fixture().insertRun('due', { nextAt: fixture().in(-1) });
      await fixture().insertRun('due longer', { nextAt: fixture().in(-2_000) });
      await fixture().insertRun('later', { nextAt: fixture().in(1) });
      await fixture().insertRun('parked', { nextAt: fixture().in(-3_000), parked: true });
      await fixture().insertRun('running', { state: 'running' });

      expect(await fixture().runs.dueIn('requested')).toEqual({ count: 2, since: fixture().in(-2_000) });
      expect(await fixture().runs.dueIn('running')).toEqual({ count: 1, since: fixture().in(0) });
      expect(await fixture().runs.dueIn('awaited')).toEqual({ count: 0, since: null });
    });

    it('S5: includes what is being worked on, so that no replica is taken away while it works', async () => {
      await fixture().insertRun('run');
      const since = fixture().clock.now();
      const taken = await fixture().mustTakeRun('a', 'run');
      fixture().clock.advance(5_000);

      expect(await fixture().runs.dueIn('requested')).toEqual({ count: 1, since });
      await fixture().runs.writes.wait(taken, {}, fixture().in(1_000));
      expect(await fixture().runs.dueIn('requested')).toEqual({ count: 0, since: null });
    });

    it('S5: includes a record that a signal let a worker take before its time', async () => {
      await fixture().insertRun('run', { nextAt: fixture().in(60_000) });
      expect((await fixture().runs.dueIn('requested')).count).toBe(0);

      await fixture().mustTakeRun('a', 'run');

      expect(await fixture().runs.dueIn('requested')).toEqual({ count: 1, since: fixture().in(0) });
    });

    it('S5: leaves out a record while it backs off, and has been due since before it failed afterwards', async () => {
      await fixture().insertRun('run');
      const since = fixture().clock.now();
      const taken = await fixture().mustTakeRun('a', 'run');
      const failure = { error: recordedError('odd', since), backoffUntil: fixture().in(1_000) };
      await fixture().runs.writes.fail(taken, failure);

      expect((await fixture().runs.dueIn('requested')).count).toBe(0);
      fixture().clock.advance(1_000);
      expect(await fixture().runs.dueIn('requested')).toEqual({ count: 1, since });
    });
  });
}

import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError } from '@batchmill/contracts';
import type { MakeStore } from '@batchmill/store/contract';
import { recordedError } from '../index.js';
import { eachWithFixture } from './fixture.contract.js';

export function describeFailedWork(make: MakeStore): void {
  describe('failed work', () => {
    const fixture = eachWithFixture(make);
    const failure = () => ({
      error: recordedError(new ProcessingError('store.filter-refused', 'it failed'), fixture().clock.now()),
      backoffUntil: fixture().in(1_000),
    });

    it('a released record counts no attempt and keeps its checkpoint', async () => {
      await fixture().insertRun('run', { attempts: 1 });
      const leased = fixture().lease(await fixture().mustTakeRun('a', 'run'));
      await leased.save({ reason: 'so far' });

      await fixture().runs.writes.release(leased.data, fixture().in(1_000));

      expect(await fixture().run('run')).toMatchObject({
        state: 'requested',
        attempts: 1,
        reason: 'so far',
        error: null,
        backoffUntil: fixture().in(1_000),
        lease: { owner: null },
      });
    });

    it('X2: a failure counts an attempt, stores its error and backs off', async () => {
      await fixture().insertRun('run');
      const taken = await fixture().mustTakeRun('a', 'run');

      expect(await fixture().runs.writes.fail(taken, failure())).toBe(true);

      expect(await fixture().run('run')).toMatchObject({
        state: 'requested',
        attempts: 1,
        parked: false,
        error: {
          kind: 'ProcessingError',
          code: 'store.filter-refused',
          message: 'it failed',
          at: fixture().clock.now(),
        },
        backoffUntil: fixture().in(1_000),
        lease: { owner: null },
      });
    });

    it('a parked record stays in its state until a person retries it, and is due at once then', async () => {
      await fixture().insertRun('run');
      await fixture().runs.writes.park(await fixture().mustTakeRun('a', 'run'), failure());
      fixture().clock.advance(3_600_000);
      expect(await fixture().takeRun('a', 'run')).toBeNull();

      expect(await fixture().runs.unpark('run')).toBe(true);

      expect(await fixture().run('run')).toMatchObject({ state: 'requested', parked: false, attempts: 0 });
      expect(await fixture().takeRun('a')).toMatchObject({ _id: 'run' });
    });

    it('only a parked record can be retried', async () => {
      const { nextAt } = await fixture().insertRun('run', { nextAt: fixture().in(1_000) });

      expect(await fixture().runs.unpark('run')).toBe(false);
      expect(await fixture().runs.unpark('nowhere')).toBe(false);
      expect((await fixture().run('run')).nextAt).toEqual(nextAt);
    });

    it.each(['release', 'fail'] as const)(
      'a command that arrived before the holder called %s makes the record due at once',
      async (how) => {
        await fixture().insertRun('run');
        const taken = await fixture().mustTakeRun('a', 'run');
        await fixture().runs.requestCancel('run');

        const { error, backoffUntil } = failure();
        const { writes } = fixture().runs;
        await (how === 'fail'
          ? writes.fail(taken, { error, backoffUntil })
          : writes.release(taken, backoffUntil, error));

        expect(await fixture().takeRun('b')).toMatchObject({ _id: 'run' });
      },
    );

    it('R2: a command that arrived while the last attempt failed is handled before the record is parked', async () => {
      await fixture().insertRun('run', { attempts: 2 });
      const taken = await fixture().mustTakeRun('a', 'run');

      await fixture().runs.requestCancel('run');

      expect(await fixture().runs.writes.park(taken, failure())).toBe(false);
      expect(await fixture().runs.writes.fail(taken, failure())).toBe(true);
      expect(await fixture().run('run')).toMatchObject({ parked: false, error: { code: 'store.filter-refused' } });
      fixture().clock.advance(1_000);
      const again = await fixture().mustTakeRun('a', 'run');
      expect(again.cancelRequestedAt).not.toBeNull();
      expect(await fixture().runs.writes.park(again, failure())).toBe(true);
      expect(await fixture().run('run')).toMatchObject({ parked: true, attempts: 4 });
    });

    it('any value that was thrown is recorded by kind, code and message', () => {
      const at = fixture().clock.now();

      expect(recordedError(new ConnectionError('store.unavailable', 'no answer'), at)).toEqual({
        kind: 'ConnectionError',
        code: 'store.unavailable',
        message: 'no answer',
        at,
      });
      expect(recordedError(new RangeError('too far'), at)).toMatchObject({ kind: 'Error', message: 'too far' });
      expect(recordedError('text', at)).toMatchObject({ kind: 'Error', message: 'text' });
    });
  });
}

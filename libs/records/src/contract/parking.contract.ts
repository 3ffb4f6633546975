import { describe, expect, it } from '@jest/globals';
import { ConnectionError, ProcessingError } from '@batchmill/contracts';
import type { MakeStore } from '@batchmill/store/contract';
import { recordedError } from '../index.js';
import { eachWithBench } from './bench.contract.js';

export function describeParking(make: MakeStore): void {
  describe('trouble', () => {
    const bench = eachWithBench(make);
    const failure = () => ({
      error: recordedError(new ProcessingError('store.filter-refused', 'it failed'), bench().clock.now()),
      backoffUntil: bench().in(1_000),
    });

    it('what is given back counts no attempt and keeps its checkpoint', async () => {
      await bench().insertRun('run', { attempts: 1 });
      const leased = bench().lease(await bench().takenRun('a', 'run'));
      await leased.save({ reason: 'so far' });

      await bench().runs.writes.giveBack(leased.data, bench().in(1_000));

      expect(await bench().run('run')).toMatchObject({
        state: 'requested',
        attempts: 1,
        reason: 'so far',
        error: null,
        backoffUntil: bench().in(1_000),
        lease: { owner: null },
      });
    });

    it('X2: a failure counts an attempt, keeps its error and backs off', async () => {
      await bench().insertRun('run');
      const taken = await bench().takenRun('a', 'run');

      expect(await bench().runs.writes.fail(taken, failure())).toBe(true);

      expect(await bench().run('run')).toMatchObject({
        state: 'requested',
        attempts: 1,
        parked: false,
        error: { kind: 'ProcessingError', code: 'store.filter-refused', message: 'it failed', at: bench().clock.now() },
        backoffUntil: bench().in(1_000),
        lease: { owner: null },
      });
    });

    it('a parked record stays in its state until a person puts it back, and is due at once then', async () => {
      await bench().insertRun('run');
      await bench().runs.writes.park(await bench().takenRun('a', 'run'), failure());
      bench().clock.advance(3_600_000);
      expect(await bench().takeRun('a', 'run')).toBeNull();

      expect(await bench().runs.unpark('run')).toBe(true);

      expect(await bench().run('run')).toMatchObject({ state: 'requested', parked: false, attempts: 0 });
      expect(await bench().takeRun('a')).toMatchObject({ _id: 'run' });
    });

    it('only what is parked is put back', async () => {
      const { nextAt } = await bench().insertRun('run', { nextAt: bench().in(1_000) });

      expect(await bench().runs.unpark('run')).toBe(false);
      expect(await bench().runs.unpark('nowhere')).toBe(false);
      expect((await bench().run('run')).nextAt).toEqual(nextAt);
    });

    it('R2: a wish that came while the last try failed is looked at before the record is parked', async () => {
      await bench().insertRun('run', { attempts: 2 });
      const taken = await bench().takenRun('a', 'run');

      await bench().runs.requestCancel('run');

      expect(await bench().runs.writes.park(taken, failure())).toBe(false);
      expect(await bench().runs.writes.fail(taken, failure())).toBe(true);
      expect(await bench().run('run')).toMatchObject({ parked: false, error: { code: 'store.filter-refused' } });
      bench().clock.advance(1_000);
      const again = await bench().takenRun('a', 'run');
      expect(again.cancelRequestedAt).not.toBeNull();
      expect(await bench().runs.writes.park(again, failure())).toBe(true);
      expect(await bench().run('run')).toMatchObject({ parked: true, attempts: 4 });
    });

    it('of an error the kind, the code and the message are kept, whatever was thrown', () => {
      const at = bench().clock.now();

      expect(recordedError(new ConnectionError('store.away', 'no answer'), at)).toEqual({
        kind: 'ConnectionError',
        code: 'store.away',
        message: 'no answer',
        at,
      });
      expect(recordedError(new RangeError('too far'), at)).toMatchObject({ kind: 'Error', message: 'too far' });
      expect(recordedError('text', at)).toMatchObject({ kind: 'Error', message: 'text' });
    });
  });
}

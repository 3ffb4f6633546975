import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { Spendings, scopeId, type LimitedScope, type Reservation } from '../index.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';

const run: LimitedScope = { scope: { of: 'run', runId: 'r' }, limitNanoUsd: 1_000 };
const day: LimitedScope = { scope: { of: 'account', account: 'a', day: '2026-11-29' }, limitNanoUsd: 500 };

export function describeSpendings(make: MakeStore): void {
  describe('spendings', () => {
    const fixture = eachWithFixture(make);
    const spendings = (): Spendings => new Spendings(fixture().store);
    const of = (number: number, nanoUsd = 30, fence = 1): Reservation => ({
      batchId: `r.c1.b${number}`,
      fence,
      nanoUsd,
    });
    const stored = async ({ scope }: LimitedScope) => {
      const spending = await spendings().get(scope);
      if (spending === null) throw new Error(`${scopeId(scope)} has no record`);
      return spending;
    };

    it('M4: 16 concurrent workers never pass the limit, and use all that fits in', async () => {
      const granted = await concurrently(16, async (worker) => {
        const results: boolean[] = [];
        for (let number = 0; number < 5; number += 1)
          results.push((await spendings().reserve([run], of(worker * 5 + number))) === null);
        return results;
      });

      expect(granted.flat().filter((isReserved) => isReserved)).toHaveLength(33);
      expect(await stored(run)).toMatchObject({ committed: 990, reserved: 990 });
    });

    it('M4: 16 workers that reserve the same reserve it once', async () => {
      await concurrently(16, () => spendings().reserve([run], of(1)));

      expect(await stored(run)).toMatchObject({ committed: 30, reserved: 30, reservations: [of(1)] });
    });

    it('M4: a reservation is made in all scopes or in none', async () => {
      expect(await spendings().reserve([run, day], of(1, 400))).toBeNull();

      expect(await spendings().reserve([run, day], of(2, 200))).toEqual({
        scope: day.scope,
        limitNanoUsd: 500,
        spentNanoUsd: 0,
        reservedNanoUsd: 400,
        otherBatches: 1,
      });

      expect(await stored(run)).toMatchObject({ committed: 400, reservations: [of(1, 400)] });
    });

    it('M4: a batch without room is refused before anything is written; one that holds something has to try', async () => {
      await spendings().reserve([run, day], of(1, 400));

      expect(await spendings().noRoomFor([run, day], of(2, 200))).toMatchObject({ scope: day.scope, otherBatches: 1 });
      expect(await spendings().noRoomFor([run, day], of(2, 100))).toBeNull();
      expect(await spendings().noRoomFor([run, { ...day, limitNanoUsd: null }], of(2, 200))).toBeNull();
      expect(await spendings().noRoomFor([run, day], of(1, 200, 2))).toBeNull();
      expect(await stored(day)).toMatchObject({ committed: 400, reservations: [of(1, 400)] });
    });

    it('M4: what a batch does not use is given back, once', async () => {
      await spendings().reserve([run], of(1, 900));

      await concurrently(16, () => spendings().settle([scopeId(run.scope)], of(1), 100));

      expect(await stored(run)).toMatchObject({ committed: 100, reserved: 0, reservations: [] });
      expect(await spendings().reserve([run], of(2, 900))).toBeNull();
    });

    it('M4: an unknown cost keeps its reservation, which counts as spent', async () => {
      await spendings().reserve([run], of(1, 900));

      await spendings().settle([scopeId(run.scope)], of(1), null);

      expect(await spendings().reserve([run], of(2, 200))).toMatchObject({ spentNanoUsd: 900, otherBatches: 0 });
    });

    it('M4: a worker that is late releases only what it reserved itself', async () => {
      await spendings().reserve([run], of(1, 100, 7));

      await spendings().settle([scopeId(run.scope)], of(1, 100, 6), 0);

      expect(await stored(run)).toMatchObject({ committed: 100, reserved: 100 });
    });

    it('a scope without a limit counts as well', async () => {
      expect(await spendings().reserve([{ ...run, limitNanoUsd: null }], of(1, 5_000))).toBeNull();

      expect(await spendings().reserve([run], of(2))).toMatchObject({ reservedNanoUsd: 5_000 });
    });
  });
}

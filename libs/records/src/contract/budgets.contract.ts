import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import type { BudgetShare } from '../index.js';
import { concurrently, eachWithBench } from './bench.contract.js';

const account = 'key-of-somebody';
const model = 'gpt-4o';

export function describeBudgets(make: MakeStore): void {
  describe('budgets', () => {
    const bench = eachWithBench(make);
    const entry = (number: number, tokens = 30, attempt = 1, runId = 'run'): BudgetShare => ({
      runId,
      batchId: `${runId}.c1.b${number}`,
      attempt,
      tokens,
    });
    const reserve = (wanted: BudgetShare) => bench().budgets.reserve(account, model, wanted);
    const stored = async () => {
      const budget = await bench().budgets.get(account, model);
      if (budget === null) throw new Error('there is no budget');
      return budget;
    };

    it('M5: 16 concurrent reservers never pass the limit, and use what fits', async () => {
      await bench().budgets.learnLimit(account, model, 1_000);

      const granted = await concurrently(16, async (worker) => {
        const mine: boolean[] = [];
        for (let number = 0; number < 5; number += 1) mine.push(await reserve(entry(worker * 5 + number)));
        return mine;
      });

      expect(granted.flat().filter((room) => room)).toHaveLength(33);
      const { held, shares } = await stored();
      expect(held).toBe(990);
      expect(shares.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(990);
    });

    it('M5: 16 workers that reserve for the same batch hold its share once', async () => {
      const granted = await concurrently(16, () => reserve(entry(1)));

      expect(granted).toContain(true);
      expect(await stored()).toMatchObject({ held: 30, shares: [entry(1)] });
      expect(await reserve(entry(1))).toBe(true);
      expect((await stored()).held).toBe(30);
    });

    it('M5: without a known limit there is room', async () => {
      expect(await reserve(entry(1, 5_000_000))).toBe(true);
      expect(await stored()).toMatchObject({ held: 5_000_000, limit: null });
    });

    it('M5: another attempt of a batch is a share of its own', async () => {
      await reserve(entry(1));
      await reserve(entry(1, 30, 2));

      expect((await stored()).held).toBe(60);
    });

    it('M5: a share is given back once', async () => {
      await reserve(entry(1));
      await reserve(entry(2));
      const { _id } = await stored();

      await concurrently(16, () => bench().budgets.release(_id, entry(1)));

      expect(await stored()).toMatchObject({ held: 30, shares: [entry(2)] });
      await bench().budgets.release(_id, entry(3));
      expect((await stored()).held).toBe(30);
    });

    it('M5: what is given back can be reserved by the next', async () => {
      await bench().budgets.learnLimit(account, model, 40);
      expect(await reserve(entry(1))).toBe(true);
      expect(await reserve(entry(2))).toBe(false);

      await bench().budgets.release((await stored())._id, entry(1));

      expect(await reserve(entry(2))).toBe(true);
    });

    it('M5: a share as large as the limit fits into an empty queue, one token more does not', async () => {
      await bench().budgets.learnLimit(account, model, 100);

      expect(await reserve(entry(1, 101))).toBe(false);
      expect(await reserve(entry(2, 100))).toBe(true);
    });

    it('M5: a large batch without room is not overtaken for ever by small ones that come later', async () => {
      await bench().budgets.learnLimit(account, model, 100);
      expect(await reserve(entry(1, 60))).toBe(true);
      expect(await reserve(entry(2, 70))).toBe(false);
      bench().clock.advance(1);

      expect(await reserve(entry(3, 10))).toBe(false);
      await bench().budgets.release((await stored())._id, entry(1, 60));

      expect(await reserve(entry(3, 10))).toBe(false);
      expect(await reserve(entry(2, 70))).toBe(true);
      expect(await reserve(entry(3, 10))).toBe(true);
      expect((await stored()).waiting).toEqual([]);
    });

    it('M5: the next room is that of the run that holds least, however long others have waited', async () => {
      const small = entry(1, 30, 1, 'small');
      await bench().budgets.learnLimit(account, model, 60);
      for (const number of [1, 2]) expect(await reserve(entry(number))).toBe(true);
      expect(await reserve(entry(3))).toBe(false);
      bench().clock.advance(1);
      expect(await reserve(small)).toBe(false);

      await bench().budgets.release((await stored())._id, entry(1));

      expect(await reserve(entry(3))).toBe(false);
      expect(await reserve(small)).toBe(true);
    });

    it('M5: who does not ask any more is not waited for', async () => {
      await bench().budgets.learnLimit(account, model, 100);
      expect(await reserve(entry(1, 60))).toBe(true);
      expect(await reserve(entry(2, 70))).toBe(false);
      bench().clock.advance(30_000);

      expect(await reserve(entry(3, 10))).toBe(true);
    });

    it('M5: those who do not ask any more are not kept', async () => {
      await bench().budgets.learnLimit(account, model, 100);
      expect(await reserve(entry(1, 60))).toBe(true);
      for (const number of [2, 3]) expect(await reserve(entry(number, 70))).toBe(false);
      bench().clock.advance(30_000);

      expect(await reserve(entry(4, 70))).toBe(false);

      expect((await stored()).waiting).toMatchObject([entry(4, 70)]);
    });

    it('M5: a limit that is learned later holds for what comes, and takes nothing away', async () => {
      await reserve(entry(1, 80));

      await bench().budgets.learnLimit(account, model, 50);

      expect(await stored()).toMatchObject({ held: 80, limit: 50 });
      expect(await reserve(entry(2, 1))).toBe(false);
      expect(await reserve(entry(1, 80))).toBe(true);
    });

    it('M5: a limit that was not told for a day is tried again', async () => {
      const { budgets, clock } = bench();
      await budgets.learnLimit(account, model, 50);
      expect(await reserve(entry(1, 80))).toBe(false);
      expect(await budgets.limitOf(account, model)).toBe(50);

      clock.advance(24 * 3_600_000);

      expect(await budgets.limitOf(account, model)).toBeNull();
      expect(await reserve(entry(1, 80))).toBe(true);
    });

    it('M5: accounts and models have their own', async () => {
      await bench().budgets.learnLimit(account, model, 40);
      await reserve(entry(1, 40));

      expect(await bench().budgets.reserve(account, 'other-model', entry(2, 40))).toBe(true);
      expect(await bench().budgets.reserve('other', model, entry(3, 40))).toBe(true);
      const all = await Array.fromAsync(bench().budgets.all());
      expect(all.map(({ held }) => held)).toEqual([40, 40, 40]);
    });
  });
}

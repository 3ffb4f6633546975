import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { heldBy, type Batch, type BudgetShare, type Lesson } from '../index.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';

const account = 'some-account';
const model = 'gpt-4o';

export function describeBudgets(make: MakeStore): void {
  describe('budgets', () => {
    const fixture = eachWithFixture(make);
    const share = (number: number, tokens = 30, attempt = 1, runId = 'run', requests = 1): BudgetShare => ({
      runId,
      batchId: `${runId}.c1.b${number}`,
      attempt,
      tokens,
      requests,
    });
    const reserve = (share: BudgetShare) => fixture().budgets.reserve(account, model, share);
    const stored = async () => {
      const budget = await fixture().budgets.get(account, model);
      if (budget === null) throw new Error('there is no budget');
      return budget;
    };

    it('M5: 16 concurrent workers never exceed the limit, and use all that fits', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 1_000);

      const granted = await concurrently(16, async (worker) => {
        const results: boolean[] = [];
        for (let number = 0; number < 5; number += 1) results.push(await reserve(share(worker * 5 + number)));
        return results;
      });

      expect(granted.flat().filter((room) => room)).toHaveLength(33);
      const { held, shares } = await stored();
      expect(held).toBe(990);
      expect(shares.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(990);
    });

    it('M5: 16 workers that reserve for the same batch hold its share once', async () => {
      const granted = await concurrently(16, () => reserve(share(1)));

      expect(granted).toContain(true);
      expect(await stored()).toMatchObject({ held: 30, shares: [share(1)] });
      expect(await reserve(share(1))).toBe(true);
      expect((await stored()).held).toBe(30);
    });

    it('M5: without a known limit there is room', async () => {
      expect(await reserve(share(1, 5_000_000))).toBe(true);
      expect(await stored()).toMatchObject({ held: 5_000_000, limits: {} });
    });

    it('M5: another attempt of a batch has a share of its own', async () => {
      await reserve(share(1));
      await reserve(share(1, 30, 2));

      expect((await stored()).held).toBe(60);
    });

    it('M5: a share is released once', async () => {
      await reserve(share(1));
      await reserve(share(2));
      const { _id } = await stored();

      await concurrently(16, () => fixture().budgets.release(_id, share(1)));

      expect(await stored()).toMatchObject({ held: 30, shares: [share(2)] });
      await fixture().budgets.release(_id, share(3));
      expect((await stored()).held).toBe(30);
    });

    it('M5: released tokens can be reserved by another batch', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 40);
      expect(await reserve(share(1))).toBe(true);
      expect(await reserve(share(2))).toBe(false);

      await fixture().budgets.release((await stored())._id, share(1));

      expect(await reserve(share(2))).toBe(true);
    });

    it('M5: a share as large as the limit fits into an empty queue, and one token more does not', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 100);

      expect(await reserve(share(1, 101))).toBe(false);
      expect(await reserve(share(2, 100))).toBe(true);
    });

    it('M5: a large batch that found no room is not overtaken for ever by small ones that come later', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 100);
      expect(await reserve(share(1, 60))).toBe(true);
      expect(await reserve(share(2, 70))).toBe(false);
      fixture().clock.advance(1);

      expect(await reserve(share(3, 10))).toBe(false);
      await fixture().budgets.release((await stored())._id, share(1, 60));

      expect(await reserve(share(3, 10))).toBe(false);
      expect(await reserve(share(2, 70))).toBe(true);
      expect(await reserve(share(3, 10))).toBe(true);
      expect((await stored()).waiting).toEqual([]);
    });

    it('M5: the next room goes to the run that holds least, however long others have waited', async () => {
      const small = share(1, 30, 1, 'small');
      await fixture().budgets.learn(account, model, 'tokens', 60);
      for (const number of [1, 2]) expect(await reserve(share(number))).toBe(true);
      expect(await reserve(share(3))).toBe(false);
      fixture().clock.advance(1);
      expect(await reserve(small)).toBe(false);

      await fixture().budgets.release((await stored())._id, share(1));

      expect(await reserve(share(3))).toBe(false);
      expect(await reserve(small)).toBe(true);
    });

    it('M5: a batch that no longer asks for its share holds up no other', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 100);
      expect(await reserve(share(1, 60))).toBe(true);
      expect(await reserve(share(2, 70))).toBe(false);
      fixture().clock.advance(30_000);

      expect(await reserve(share(3, 10))).toBe(true);
    });

    it('M5: shares that are no longer asked for are removed', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 100);
      expect(await reserve(share(1, 60))).toBe(true);
      for (const number of [2, 3]) expect(await reserve(share(number, 70))).toBe(false);
      fixture().clock.advance(30_000);

      expect(await reserve(share(4, 70))).toBe(false);

      expect((await stored()).waiting).toMatchObject([share(4, 70)]);
    });

    it('M5: a limit that is learned later applies to new shares and takes none away', async () => {
      await reserve(share(1, 80));

      await fixture().budgets.learn(account, model, 'tokens', 50);

      expect(await stored()).toMatchObject({ held: 80, limits: { tokens: { value: 50 } } });
      expect(await reserve(share(2, 1))).toBe(false);
      expect(await reserve(share(1, 80))).toBe(true);
    });

    it('M5: a limit that was learned a day ago counts as unknown', async () => {
      const { budgets, clock } = fixture();
      await budgets.learn(account, model, 'tokens', 50);
      expect(await reserve(share(1, 80))).toBe(false);
      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: 50 });

      clock.advance(24 * 3_600_000);

      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: null });
      expect(await reserve(share(1, 80))).toBe(true);
    });

    it('M5: the limit of enqueued requests is kept as well as that of tokens', async () => {
      const { budgets } = fixture();
      await budgets.learn(account, model, 'requests', 100);
      expect(await reserve(share(1, 1, 1, 'run', 60))).toBe(true);

      expect(await reserve(share(2, 1, 1, 'run', 60))).toBe(false);
      expect(await reserve(share(3, 1, 1, 'run', 101))).toBe(false);
      await budgets.release((await stored())._id, share(1, 1, 1, 'run', 60));

      expect(await stored()).toMatchObject({ held: 0, heldRequests: 0 });
      expect(await reserve(share(2, 1, 1, 'run', 60))).toBe(true);
    });

    const refused = {
      _id: 'run.c1.b9',
      model,
      documents: 5,
      inputTokens: 70,
      requests: 10,
      fileBytes: 900,
      held: null,
    };

    it('M5: a full queue without a number takes what other batches hold, for an hour', async () => {
      const { budgets, clock } = fixture();
      await reserve(share(1, 80));
      await reserve(share(9, 500));

      await budgets.learnFrom(account, refused, { about: 'queue', unit: 'tokens', limit: null });

      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: 80 });
      clock.advance(3_600_000);
      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: null });
    });

    it('M5: nothing is learned of a full queue without a number in which no other batch of ours waits', async () => {
      const { budgets } = fixture();
      await reserve(share(9, 500));

      const learned = await budgets.learnFrom(account, refused, { about: 'queue', unit: 'tokens', limit: null });

      expect(learned).toEqual({ learned: null, isAlone: true });
      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: null });
    });

    describe('of a batch that is alone in a queue without a number', () => {
      const learn = async (sinceMs: number, changes: Partial<Batch> = {}): Promise<Lesson['learned']> => {
        const { budgets, clock } = fixture();
        const aloneSince = new Date(clock.now().getTime() - sinceMs);
        const full = { about: 'queue', code: null, message: 'full' } as const;
        const held = heldBy({ held: null }, { ...full, isAlone: true }, aloneSince);
        const refusal = { about: 'queue', unit: 'tokens', limit: null } as const;
        const { learned } = await budgets.learnFrom(account, { ...refused, held, ...changes }, refusal);
        return learned;
      };

      it('M5: half of it is learned after an hour of refusals, so that it does not wait for ever', async () => {
        expect(await learn(3_600_000)).toEqual({ limited: 'tokens', value: 35 });
      });

      it('M5: nothing is learned within the hour, since other programs may fill the queue', async () => {
        expect(await learn(3_599_999)).toBeNull();
      });

      it('M5: nothing is learned of a single document, which cannot be made smaller', async () => {
        expect(await learn(3_600_000, { documents: 1 })).toBeNull();
      });

      it('M5: the hour begins again after a refusal while other batches were in the queue', () => {
        const full = { about: 'queue', code: null, message: 'full' } as const;
        const { clock } = fixture();
        const alone = heldBy({ held: null }, { ...full, isAlone: true }, clock.now());
        const behindOthers = heldBy({ held: alone }, { ...full, isAlone: false }, fixture().in(1_000));
        const aloneAgain = heldBy({ held: behindOthers }, { ...full, isAlone: true }, fixture().in(2_000));

        expect(aloneAgain).toMatchObject({ since: clock.now(), aloneSince: fixture().in(2_000), times: 3 });
      });
    });

    it.each([
      ['a named limit', { unit: 'bytes', limit: 700 } as const, { fileBytes: 700, fileRequests: null }],
      ['half of the bytes without one', { unit: null, limit: null } as const, { fileBytes: 450, fileRequests: null }],
      [
        'half of the requests without one',
        { unit: 'requests', limit: null } as const,
        { fileBytes: null, fileRequests: 5 },
      ],
    ])('R4: a file that was too large teaches %s', async (_, size, expected) => {
      const { budgets } = fixture();

      await budgets.learnFrom(account, refused, { about: 'size', ...size });

      expect(await budgets.limitsOf(account, model)).toMatchObject(expected);
    });

    it('M5: an estimate does not count for a single document, and a limit that was named does', async () => {
      const { budgets } = fixture();
      await budgets.learn(account, model, 'tokens', 50, true);
      await budgets.learn(account, model, 'requests', 5);

      expect(await budgets.namedLimitsOf(account, model)).toMatchObject({ tokens: null, requests: 5 });
    });

    it('M5: a limit that is estimated never makes the refused batch too large for the queue', async () => {
      const { budgets } = fixture();
      await reserve(share(1, 5));

      await budgets.learnFrom(account, refused, { about: 'queue', unit: 'tokens', limit: null });
      await budgets.learnFrom(account, refused, { about: 'queue', unit: 'requests', limit: null });

      const { tokens, requests } = await budgets.limitsOf(account, model);
      expect(tokens).toBeGreaterThanOrEqual(refused.inputTokens);
      expect(requests).toBeGreaterThanOrEqual(refused.requests);
    });

    it.each(['bytes', 'requests'] as const)(
      'R4: a named limit of %s that the refused file keeps is not the reason, so the file is halved',
      async (unit) => {
        const { budgets } = fixture();

        await budgets.learnFrom(account, refused, { about: 'size', unit, limit: 1_000_000 });

        const { fileBytes, fileRequests } = await budgets.limitsOf(account, model);
        expect([fileBytes, fileRequests]).toEqual(unit === 'bytes' ? [450, null] : [null, 5]);
      },
    );

    it('M5: a budget of an earlier version keeps its shares', async () => {
      const { budgets, store } = fixture();
      const { runId, batchId, attempt } = share(1);
      const earlier = {
        held: 30,
        limit: null,
        learnedAt: null,
        shares: [{ runId, batchId, attempt, tokens: 30 }],
        waiting: [],
      };
      await store.collection('budgets').insertOne({ _id: `${account}|${model}`, ...earlier });

      expect(await budgets.limitsOf(account, model)).toMatchObject({ tokens: null, requests: null });
      await budgets.learn(account, model, 'requests', 2);
      expect(await reserve(share(2))).toBe(true);
      const [budget] = await Array.fromAsync(budgets.all());
      await budgets.release(
        budget!._id,
        budget!.shares.find((one) => one.batchId === batchId)!,
      );

      expect(await stored()).toMatchObject({ held: 30, heldRequests: 1, shares: [share(2)] });
    });

    it('M5: each account and model has its own budget', async () => {
      await fixture().budgets.learn(account, model, 'tokens', 40);
      await reserve(share(1, 40));

      expect(await fixture().budgets.reserve(account, 'other-model', share(2, 40))).toBe(true);
      expect(await fixture().budgets.reserve('other', model, share(3, 40))).toBe(true);
      const all = await Array.fromAsync(fixture().budgets.all());
      expect(all.map(({ held }) => held)).toEqual([40, 40, 40]);
    });
  });
}

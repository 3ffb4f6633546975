import { describe, expect, it } from '@jest/globals';
import type { MakeStore } from '@batchmill/store/contract';
import { ReusableAnswers, type ReusableAnswer } from '../index.js';
import { concurrently, eachWithFixture } from './fixture.contract.js';

const lifetimeMs = 60_000;

export function describeReusableAnswers(make: MakeStore): void {
  describe('reusable answers', () => {
    const fixture = eachWithFixture(make);
    const answers = (lifetime = lifetimeMs): ReusableAnswers =>
      new ReusableAnswers(fixture().store, fixture().clock, lifetime);
    const answerOf = (key: string, text = key): ReusableAnswer => ({
      ...{ key, pipeline: 'notes', url: '/v1/chat/completions', model: 'gpt-4o-mini' },
      body: JSON.stringify({ choices: [{ message: { content: text } }] }),
    });

    it('M2: are found by their keys, many at once, and keys without one are left out', async () => {
      await answers().keep(['a', 'b', 'c'].map((key) => answerOf(key)));

      const found = await answers().find(['a', 'c', 'unknown', 'a']);

      expect([...found.keys()].sort()).toEqual(['a', 'c']);
      expect(found.get('c')).toEqual({ ...answerOf('c'), keptAt: fixture().clock.now() });
      expect((await answers().find([])).size).toBe(0);
    });

    it('M2: a newer answer replaces the one of the same key', async () => {
      await answers().keep([answerOf('a', 'old')]);
      fixture().clock.advance(1_000);
      await answers().keep([answerOf('a', 'new'), answerOf('b')]);

      const found = await answers().find(['a']);

      expect(found.get('a')).toEqual({ ...answerOf('a', 'new'), keptAt: fixture().clock.now() });
    });

    it('M2: are not found once they have expired, and only these are deleted', async () => {
      await answers().keep([answerOf('old')]);
      fixture().clock.advance(lifetimeMs - 1);
      await answers().keep([answerOf('new')]);
      expect((await answers().find(['old'])).size).toBe(1);
      fixture().clock.advance(1);

      expect([...(await answers().find(['old', 'new'])).keys()]).toEqual(['new']);
      expect([await answers().deleteExpired(), await answers().deleteExpired()]).toEqual([1, 0]);
      expect((await answers().find(['new'])).size).toBe(1);
    });

    it('M2: with a lifetime of none nothing is kept or found, and what there was is deleted', async () => {
      await answers().keep([answerOf('before')]);

      await answers(0).keep([answerOf('after')]);

      expect((await answers(0).find(['before'])).size).toBe(0);
      expect((await answers().find(['after'])).size).toBe(0);
      expect(await answers(0).deleteExpired()).toBe(1);
    });

    it('M2: one of more than 64 KB is not kept, and the others are', async () => {
      await answers().keep([answerOf('long', 'é'.repeat(33_000)), answerOf('short')]);

      expect([...(await answers().find(['long', 'short'])).keys()]).toEqual(['short']);
    });

    it('M2: 8 concurrent workers that keep the same ones leave one of each', async () => {
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
      await concurrently(8, () => answers().keep(keys.map((key) => answerOf(key))));

      expect((await answers().find(keys)).size).toBe(50);
      expect(await fixture().store.collection('reusable_answers').count({})).toBe(50);
    });
  });
}

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { GovernedCall, Noted } from '@batchmill/provider';
import type { MakeStore, StoreBundle } from '@batchmill/store/contract';
import { MemoryLog } from '@batchmill/telemetry';
import { PlayedClock } from '@batchmill/testing';
import { SharedRateLimiter, type Amounts, type RateBucket } from '../index.js';

const poll: GovernedCall = { name: 'retrieveBatch b', account: 'account', model: null, tokens: 0 };
const embedding = (tokens: number, model = 'small'): GovernedCall => ({
  name: 'embed',
  account: 'account',
  model,
  tokens,
});
const silent = { limit: null, remaining: null, resetMs: null };
const noted = (changes: Partial<Noted>): Noted => ({
  requests: silent,
  tokens: silent,
  stopMs: 0,
  usedTokens: null,
  ...changes,
});

/** The rate limit that processes share. A process is a limiter of its own. */
export function describeRates(make: MakeStore): void {
  describe('rates', () => {
    let bundle: StoreBundle;
    let clock: PlayedClock;
    let log: MemoryLog;
    let startMs: number;
    beforeEach(async () => {
      bundle = await make();
      clock = new PlayedClock();
      log = new MemoryLog();
      startMs = clock.now().getTime();
    });
    afterEach(() => bundle.dispose());

    const process = (owner: string, perMinute: Partial<Amounts> = {}): SharedRateLimiter =>
      new SharedRateLimiter({
        store: bundle.store,
        clock,
        log,
        owner,
        perMinute: { requests: 3_000, tokens: 1_000_000, ...perMinute },
      });
    const open = { signal: new AbortController().signal, patienceMs: Infinity };
    const passedMs = (): number => clock.now().getTime() - startMs;
    const stored = (): Promise<RateBucket | null> =>
      bundle.store.collection<RateBucket>('rates').findOne({ _id: 'account' });

    /** Sends calls one after another until that time has passed; when each was sent. */
    const sendFor = async (limiter: SharedRateLimiter, call: GovernedCall, forMs: number, sentMs: number[]) => {
      while (passedMs() < forMs) {
        await limiter.take(call, open);
        sentMs.push(passedMs());
      }
    };
    const mostInAMinute = (sentMs: readonly number[]): number =>
      Math.max(...sentMs.map((from) => sentMs.filter((at) => at >= from && at < from + 60_000).length));

    it('X4: two processes together send no more than the rate, and nearly all of it', async () => {
      const sentMs: number[] = [];
      const processes = [process('a', { requests: 240 }), process('b', { requests: 240 })];

      await clock.play(processes.map((limiter) => sendFor(limiter, poll, 90_000, sentMs)));

      expect(mostInAMinute(sentMs)).toBeLessThanOrEqual(240);
      expect(sentMs.length).toBeGreaterThan(240 * 1.5 * 0.95);
    });

    it('X4: two processes together send no more tokens than the rate, however large their calls', async () => {
      const small: number[] = [];
      const large: number[] = [];

      await clock.play([
        sendFor(process('a'), embedding(5_000), 120_000, small),
        sendFor(process('b'), embedding(250_000), 120_000, large),
      ]);

      const within = (sentMs: readonly number[]): number => sentMs.filter((at) => at < 120_000).length;
      // One call may be larger than what is left.
      expect(within(small) * 5_000 + within(large) * 250_000).toBeLessThanOrEqual(2_000_000 + 250_000);
      expect(within(large)).toBeGreaterThanOrEqual(7);
    });

    it('X4: 16 processes that ask at once get 16 different turns', async () => {
      const sentMs: number[] = [];
      const limiters = Array.from({ length: 16 }, (_, number) => process(`p${number}`, { requests: 60 }));

      await clock.play(
        limiters.map(async (limiter) => {
          await limiter.take(poll, open);
          sentMs.push(passedMs());
        }),
      );

      const gaps = sentMs.toSorted((one, other) => one - other).map((at, index, all) => at - (all[index - 1] ?? -9e9));
      // The bucket has a second's worth, so the second call may go with the first.
      expect(gaps.slice(2).every((gap) => gap >= 1_000)).toBe(true);
    });

    it('X4: Retry-After stops every process, also one that holds a loan', async () => {
      const [a, b] = [process('a'), process('b')];
      await b.take(poll, open);
      await a.note(poll, noted({ stopMs: 20_000 }));

      await clock.play([a.take(poll, open), b.take(poll, open)]);

      expect(passedMs()).toBe(20_000);
      expect(log.lines).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          message: 'the provider asks to send nothing for 20 s; every process waits',
        }),
      );
    });

    it('X4: a stop that comes while a call waits for its turn is waited for too', async () => {
      const [a, b] = [process('a', { requests: 6 }), process('b', { requests: 6 })];
      await a.take(poll, open);
      const waiting = a.take(poll, open);
      await b.note(poll, noted({ stopMs: 30_000 }));

      await clock.play([waiting]);

      expect(passedMs()).toBe(30_000);
    });

    it('X4: rate-limit headers lower the bucket of every process', async () => {
      const sentMs: number[] = [];
      const [a, b] = [process('a'), process('b')];
      await a.note(poll, noted({ requests: { limit: 120, remaining: 119, resetMs: 500 } }));

      await clock.play([sendFor(b, poll, 60_000, sentMs)]);

      expect(sentMs.length).toBeLessThanOrEqual(120);
      expect(sentMs.length).toBeGreaterThan(110);
    });

    it('X4: headers that show what the processes know themselves cost no write', async () => {
      const limiter = process('a');
      await limiter.take(poll, open);
      const before = await stored();

      await limiter.note(poll, noted({ requests: { limit: 3_000, remaining: 2_999, resetMs: 20 } }));

      expect(await stored()).toEqual(before);
    });

    it('X4: a dozen calls of an idle process cost one write', async () => {
      const limiter = process('a');
      for (let sent = 0; sent < 13; sent += 1) await limiter.take(poll, open);

      expect((await stored())?.revision).toBe(1);
      await limiter.take(poll, open);
      expect((await stored())?.revision).toBe(2);
    });

    it('X4: the calls of a process go in the order in which they asked, small or large', async () => {
      const limiter = process('a', { tokens: 60_000 });
      const order: string[] = [];
      const send = async (name: string, tokens: number): Promise<void> => {
        await limiter.take(embedding(tokens), open);
        order.push(name);
      };
      const sent = [send('first', 20_000), send('large', 50_000), ...['s1', 's2', 's3'].map((name) => send(name, 100))];

      await clock.play([Promise.all(sent)]);

      expect(order).toEqual(['first', 'large', 's1', 's2', 's3']);
    });

    it('X4: a wait can be ended, and the next call takes its place', async () => {
      const limiter = process('a', { requests: 6 });
      await limiter.take(poll, open);
      const stopping = new AbortController();
      const waiting = [
        limiter.take(poll, { ...open, signal: stopping.signal }),
        limiter.take(poll, { ...open, signal: stopping.signal }),
      ];
      const last = limiter.take(poll, open);

      stopping.abort();

      for (const wait of waiting) await expect(wait).rejects.toMatchObject({ code: 'provider.rate-limited' });
      await clock.play([last]);
      expect(passedMs()).toBeLessThan(25_000);
    });

    it('X4: a call whose turn comes too late for it is not sent, takes nothing, and says when its turn is', async () => {
      const limiter = process('a');
      await limiter.note(poll, noted({ stopMs: 3_600_000 }));
      const before = await stored();

      await expect(limiter.take(poll, { ...open, patienceMs: 5_000 })).rejects.toMatchObject({
        kind: 'ConnectionError',
        retryAfterMs: 3_600_000,
        message: expect.stringMatching(/^retrieveBatch b: was not sent, its turn is in 3600 s: the provider asked/),
      });
      expect(await stored()).toEqual(before);
    });

    it('X4: a longer wait is logged with what it is for', async () => {
      const limiter = process('a');
      await limiter.take(embedding(300_000), open);

      await clock.play([limiter.take(embedding(1_000), open)]);

      expect(log.lines).toEqual([
        {
          level: 'info',
          message: expect.stringMatching(/^calls to the provider wait 18 s for the rate limit of tokens$/),
          fields: { operation: 'rate-limiter', call: 'embed', account: 'account', model: 'small' },
        },
      ]);
    });

    it('X4: a call that used more than it took is made up for by the next one', async () => {
      const limiter = process('a');
      await limiter.take(embedding(10_000), open);
      await limiter.note(embedding(10_000), noted({ usedTokens: 100_000 }));

      await limiter.take(embedding(1), open);
      await clock.play([limiter.take(embedding(5_000), open)]);

      expect(passedMs()).toBeGreaterThan(5_000);
    });

    it('X4: each account and each model has a bucket of its own, as have the Files and Batches calls', async () => {
      const limiter = process('a', { requests: 1 });

      await limiter.take(poll, open);
      await limiter.take({ ...poll, account: 'other' }, open);
      await limiter.take(embedding(10), open);
      await limiter.take(embedding(10, 'large'), open);

      expect(passedMs()).toBe(0);
    });
  });
}

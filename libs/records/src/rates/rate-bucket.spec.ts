import type { ShownRate } from '@batchmill/provider';
import { seededRandom } from '@batchmill/testing';
import { describe, expect, it } from '@jest/globals';
import {
  learnRates,
  limitsOf,
  loanMs,
  newRateBucket,
  nothing,
  takeTurn,
  type Amounts,
  type RateBucket,
  type Unit,
} from './rate-bucket.js';
import { minuteMs } from './token-bucket.js';

const perMinute: Amounts = { requests: 3_000, tokens: 1_000_000 };
const silent: ShownRate = { limit: null, remaining: null, resetMs: null };
const startMs = Date.parse('2026-01-01T00:00:00Z');

interface Sent extends Amounts {
  readonly atMs: number;
  readonly process: number;
}

interface Process {
  /** When it asks for its next call. */
  asksAtMs: number;
  holds: Amounts;
  holdsUntilMs: number;
}

interface Play {
  readonly processes: number;
  readonly limits?: Amounts;
  readonly forMs: number;
  /** What the next call of a process needs, and how long after the last one it is wanted. */
  readonly next: (process: number) => Amounts & { readonly afterMs: number };
}

/** Processes that take turns of one bucket, each with what it holds, as `RateLine` does. */
function play({ processes: count, limits = perMinute, forMs, next }: Play): { sent: Sent[]; writes: number } {
  let bucket = newRateBucket('account');
  let writes = 0;
  const sent: Sent[] = [];
  const processes = Array.from({ length: count }, (_, number): Process => ({
    asksAtMs: startMs + next(number).afterMs,
    holds: nothing,
    holdsUntilMs: 0,
  }));
  for (;;) {
    const process = processes.reduce((first, other) => (other.asksAtMs < first.asksAtMs ? other : first));
    const number = processes.indexOf(process);
    const nowMs = process.asksAtMs;
    if (nowMs > startMs + forMs) return { sent, writes };
    const { afterMs, ...call } = next(number);
    const held = process.holdsUntilMs > nowMs ? process.holds : nothing;
    const isCovered = held.requests >= call.requests && held.tokens >= call.tokens;
    const used = { requests: Math.min(held.requests, call.requests), tokens: Math.min(held.tokens, call.tokens) };
    const holds = { requests: held.requests - used.requests, tokens: held.tokens - used.tokens };
    const needs = { requests: call.requests - used.requests, tokens: call.tokens - used.tokens };
    let atMs = nowMs;
    if (isCovered) process.holds = holds;
    else {
      const turn = takeTurn(bucket, needs, { owner: `p${number}`, nowMs, perMinute: limits, holds });
      ({ atMs, bucket, holds: process.holds } = turn);
      process.holdsUntilMs = nowMs + loanMs;
      writes += 1;
    }
    sent.push({ ...call, atMs, process: number });
    process.asksAtMs = atMs + afterMs;
  }
}

/** The most that was sent in any minute. */
function mostInAMinute(sent: readonly Sent[], unit: Unit): number {
  const sorted = sent.toSorted((one, other) => one.atMs - other.atMs);
  let most = 0;
  let sum = 0;
  let from = 0;
  for (const one of sorted) {
    sum += one[unit];
    while (sorted[from]!.atMs <= one.atMs - minuteMs) sum -= sorted[from++]![unit];
    most = Math.max(most, sum);
  }
  return most;
}

function amountIn(sent: readonly Sent[], unit: Unit): number {
  return sent.reduce((sum, one) => sum + one[unit], 0);
}

describe('a rate bucket', () => {
  it('X4: processes that send all they can never exceed the requests of any minute, and use nearly all of them', () => {
    for (const processes of [1, 2, 5, 16]) {
      const { sent } = play({ processes, forMs: 180_000, next: () => ({ requests: 1, tokens: 10, afterMs: 0 }) });

      expect(mostInAMinute(sent, 'requests')).toBeLessThanOrEqual(3_000);
      expect(amountIn(sent, 'requests')).toBeGreaterThan(3 * 3_000 * 0.95);
    }
  });

  it('X4: no random processes exceed either limit in any minute by more than one call', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const random = seededRandom(seed);
      const limits = { requests: 1 + Math.floor(random() * 4_000), tokens: 1_000 + Math.floor(random() * 2_000_000) };
      const largest = Math.max(1, Math.floor(random() ** 3 * limits.tokens));
      const pauseMs = random() < 0.5 ? 0 : random() * 3_000;
      const { sent } = play({
        processes: 1 + Math.floor(random() * 8),
        limits,
        forMs: 150_000,
        next: () => ({
          requests: 1,
          tokens: 1 + Math.floor(random() * largest),
          // Some sleep for long, so that bursts and loans meet.
          afterMs: random() < 0.02 ? random() * 70_000 : random() * pauseMs,
        }),
      });

      expect(mostInAMinute(sent, 'requests')).toBeLessThanOrEqual(limits.requests);
      expect(mostInAMinute(sent, 'tokens')).toBeLessThanOrEqual(limits.tokens + largest);
    }
  });

  it('X4: idle polls cost a write a minute at most, and a busy process one for a dozen calls', () => {
    const idle = play({ processes: 1, forMs: 600_000, next: () => ({ requests: 1, tokens: 0, afterMs: 5_500 }) });
    const busy = play({ processes: 1, forMs: 60_000, next: () => ({ requests: 1, tokens: 0, afterMs: 25 }) });

    expect(idle.sent).toHaveLength(109);
    expect(idle.writes).toBeLessThanOrEqual(11);
    expect(busy.sent.length / busy.writes).toBeGreaterThan(12);
  });

  it('X4: small calls do not starve large ones of another process', () => {
    const { sent } = play({
      processes: 9,
      forMs: 600_000,
      next: (process) => ({ requests: 1, tokens: process === 0 ? 300_000 : 1_000, afterMs: 0 }),
    });

    const large = sent.filter(({ process }) => process === 0);
    const gaps = large.slice(1).map(({ atMs }, index) => atMs - large[index]!.atMs);
    // Eight small calls between two large ones.
    expect(Math.max(...gaps)).toBeLessThan(20_000);
    expect(large.length).toBeGreaterThan(30);
  });

  it('X4: a call that is larger than a second’s worth goes at once when nothing was sent, and the next one waits for its refill', () => {
    const taker = { owner: 'a', nowMs: startMs, perMinute, holds: nothing };
    const first = takeTurn(newRateBucket('b'), { requests: 1, tokens: 300_000 }, taker);
    const second = takeTurn(first.bucket, { requests: 1, tokens: 1 }, taker);

    expect(first).toMatchObject({ atMs: startMs, bound: null });
    expect(second.bound).toBe('tokens');
    // 18 seconds' worth, less the second that the bucket had.
    expect(second.atMs - startMs).toBeGreaterThan(17_000);
    expect(second.atMs - startMs).toBeLessThan(18_500);
  });

  it('X4: processes together hold no more than a second’s worth, and what is not used within a minute is lost', () => {
    const taker = { perMinute, holds: nothing };
    const call = { requests: 1, tokens: 0 };
    let bucket: RateBucket = newRateBucket('b');
    const holdings = [];
    // Apart, so that the bucket itself is full again each time.
    for (const [seconds, owner] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      const turn = takeTurn(bucket, call, { ...taker, owner, nowMs: startMs + seconds * 2_000 });
      bucket = turn.bucket;
      holdings.push(turn.holds.requests);
    }
    const later = takeTurn(bucket, call, { ...taker, owner: 'e', nowMs: startMs + loanMs });

    expect(holdings).toEqual([12, 12, 12, 12, 0]);
    expect(later.holds.requests).toBe(12);
  });
});

describe('what a response teaches a rate bucket', () => {
  const at = { nowMs: startMs, perMinute };
  const learn = (bucket: RateBucket, requests: Partial<ShownRate>, stopMs = 0): RateBucket | null =>
    learnRates(bucket, { requests: { ...silent, ...requests }, tokens: silent, stopMs }, at);
  const turnOf = (bucket: RateBucket, nowMs = startMs) =>
    takeTurn(bucket, { requests: 1, tokens: 1 }, { owner: 'a', nowMs, perMinute, holds: nothing });

  it('X4: a lower limit holds for a day, and no limit is higher than that of the settings', () => {
    const lowered = learn(newRateBucket('b'), { limit: 500 })!;
    const raised = learn(newRateBucket('b'), { limit: 10_000 });

    expect(limitsOf(lowered, perMinute, startMs)).toEqual({ requests: 500, tokens: 1_000_000 });
    expect(limitsOf(lowered, perMinute, startMs + 24 * 3_600_000)).toEqual(perMinute);
    expect(raised).toBeNull();
    expect(limitsOf(learn(lowered, { limit: 10_000 })!, perMinute, startMs)).toEqual(perMinute);
    expect(learn(lowered, { limit: 500 })).toBeNull();
  });

  it('X4: where others have used up the account, calls wait until the provider has room for them', () => {
    const empty = learn(newRateBucket('b'), { limit: 3_000, remaining: 0 })!;

    expect(turnOf(empty)).toMatchObject({ bound: 'requests' });
    expect(turnOf(empty).atMs - startMs).toBeCloseTo(20, 5); // one of 3,000 is there after 20 ms
  });

  it('X4: a response that shows what the bucket knows costs no write', () => {
    const { bucket } = turnOf(newRateBucket('b'));

    expect(learn(bucket, { limit: 3_000, remaining: 2_987, resetMs: 260 })).toBeNull();
  });

  it('X4: a stop holds until its time, a shorter one does not end it', () => {
    const stopped = learn(newRateBucket('b'), {}, 20_000)!;

    expect(turnOf(stopped)).toMatchObject({ atMs: startMs + 20_000, bound: 'stop' });
    expect(learn(stopped, {}, 5_000)).toBeNull();
    expect(turnOf(stopped, startMs + 20_000)).toMatchObject({ atMs: startMs + 20_000, bound: null });
  });
});

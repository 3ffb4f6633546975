import { describe, expect, it } from '@jest/globals';
import { nextAttempt, type RetryPolicy } from './next-attempt.js';

const now = new Date('2025-01-01T00:00:00Z');
const policy: RetryPolicy = { maxRetries: 100, baseMs: 30_000, now, jitter: 1 };
const secondsAfter = (attempts: number, jitter = 1): number | null =>
  secondsUntil(nextAttempt(true, { attempts, freeRetries: 0 }, { ...policy, jitter }));

function secondsUntil(next: ReturnType<typeof nextAttempt>): number | null {
  return next.state === 'failed' ? null : (next.notBefore.getTime() - now.getTime()) / 1000;
}

describe('nextAttempt', () => {
  it('X2: three retries are at most four attempts', () => {
    const stateAfter = (attempts: number, maxRetries: number): string =>
      nextAttempt(true, { attempts, freeRetries: 0 }, { ...policy, maxRetries }).state;

    expect([1, 2, 3, 4].map((attempts) => stateAfter(attempts, 3))).toEqual(['retry', 'retry', 'retry', 'failed']);
    expect(stateAfter(1, 0)).toBe('failed');
  });

  it('X2: the delay is 30 s, doubles, and is at most an hour', () => {
    expect([1, 2, 3, 4].map((attempts) => secondsAfter(attempts))).toEqual([30, 60, 120, 240]);
    expect([20, 90].map((attempts) => secondsAfter(attempts))).toEqual([3600, 3600]);
  });

  it('X2: jitter spreads the delay over its second half', () => {
    expect([0, 0.5, 1].map((jitter) => secondsAfter(1, jitter))).toEqual([15, 22.5, 30]);
  });

  it('X2: a free retry uses up no attempt, and its delay grows with the free retries', () => {
    const after = (freeRetries: number) =>
      nextAttempt(false, { attempts: 1, freeRetries }, { ...policy, maxRetries: 0 });

    expect(after(0)).toMatchObject({ state: 'retry' });
    expect([0, 1, 2].map((freeRetries) => secondsUntil(after(freeRetries)))).toEqual([30, 60, 120]);
  });

  it('the base of the delay can be set', () => {
    const next = nextAttempt(true, { attempts: 2, freeRetries: 0 }, { ...policy, maxRetries: 3, baseMs: 10 });

    expect(next).toEqual({ state: 'retry', notBefore: new Date(now.getTime() + 20) });
  });
});

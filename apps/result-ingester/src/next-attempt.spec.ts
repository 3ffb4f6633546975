import { describe, expect, it } from '@jest/globals';
import { nextAttempt } from './next-attempt.js';

const now = new Date('2025-01-01T00:00:00Z');
const secondsAfter = (attempts: number, jitter = 1): number | null => {
  const next = nextAttempt({ attempts, maxRetries: 100 }, { now, jitter });
  return next.state === 'failed' ? null : (next.notBefore.getTime() - now.getTime()) / 1000;
};

describe('nextAttempt', () => {
  it('X2: three retries are at most four attempts', () => {
    const states = [1, 2, 3, 4].map((attempts) => nextAttempt({ attempts, maxRetries: 3 }, { now, jitter: 0 }).state);

    expect(states).toEqual(['retry', 'retry', 'retry', 'failed']);
    expect(nextAttempt({ attempts: 1, maxRetries: 0 }, { now, jitter: 0 }).state).toBe('failed');
  });

  it('X2: the delay is 30 s, doubles, and is at most an hour', () => {
    expect([1, 2, 3, 4].map((attempts) => secondsAfter(attempts))).toEqual([30, 60, 120, 240]);
    expect([20, 90].map((attempts) => secondsAfter(attempts))).toEqual([3600, 3600]);
  });

  it('X2: jitter spreads it over its latter half', () => {
    expect([0, 0.5, 1].map((jitter) => secondsAfter(1, jitter))).toEqual([15, 22.5, 30]);
  });

  it('what used up no attempt waits as after the first', () => {
    expect(secondsAfter(0)).toBe(30);
  });

  it('the base may be another', () => {
    const next = nextAttempt({ attempts: 2, maxRetries: 3 }, { now, jitter: 1, baseMs: 10, capMs: 15 });

    expect(next).toEqual({ state: 'retry', notBefore: new Date(now.getTime() + 15) });
  });
});

import { describe, expect, it } from '@jest/globals';
import { clockFinding, skewMs } from './clock-skew.js';

const at = (ms: number): Date => new Date(1_700_000_000_000 + ms);

describe('the skew of two clocks', () => {
  it.each([
    ['within the call', 500, 0],
    ['in the second before the call, because seconds are whole', -900, 0],
    ['longer before it', -61_000, 60_000],
    ['after it', 61_000, -60_000],
  ])('a time %s', (_, theirsMs, skew) => {
    expect(skewMs({ theirs: at(theirsMs), unitMs: 1_000, sentAt: at(0), answeredAt: at(1_000) })).toBe(skew);
  });

  it.each([
    [1_000, 'ok'],
    [10_000, 'warning'],
    [3_600_000, 'failed'],
  ])('Y5: a clock that is %d ms ahead is %s', (ms, level) => {
    const call = { unitMs: 1, sentAt: at(ms), answeredAt: at(ms) };

    expect(clockFinding({ of: 'the provider', theirs: at(-1), ...call })).toMatchObject({ level });
  });
});

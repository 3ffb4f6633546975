import { describe, expect, it } from '@jest/globals';
import type { TurnaroundSample } from '../turnaround-sample.js';
import { idleLimitMs } from './idle-limit.js';

const hourMs = 3_600_000;
const windowMs = 24 * hourMs;

/** So many batches that ended one after the other within so many hours, each after so many seconds. */
function samplesOf(
  count: number,
  seconds: (index: number) => number,
  { hours = 72, requests = 100 }: { hours?: number; requests?: number } = {},
): TurnaroundSample[] {
  return Array.from({ length: count }, (_, index) => {
    const endedAt = new Date(Date.UTC(2026, 0, 1) + (index / (count - 1)) * hours * hourMs);
    return { id: `batch_${index}`, endedAt, seconds: seconds(index), secondsToStart: null, requests };
  });
}
const limitHours = (samples: readonly TurnaroundSample[], requests = 100) => {
  const ms = idleLimitMs(samples, { requests, windowMs });
  return ms === null ? null : ms / hourMs;
};
/** Half of them within seven minutes, half in most of ten hours. */
const measured = (index: number) => (index % 2 === 0 ? 420 : 35_000 + index);

describe('for how long a batch may show no progress', () => {
  it('R3: without history nothing is said', () => {
    expect(limitHours([])).toBeNull();
    expect(limitHours(samplesOf(99, measured))).toBeNull();
  });

  it('R3: of turnarounds of minutes or most of ten hours, the hours count', () => {
    const limit = limitHours(samplesOf(100, measured));

    expect(limit).toBeCloseTo(1.25 * 9.75, 1);
    expect(limit).toBeGreaterThan(9.8);
  });

  it('R3: batches that took their whole window, as idle ones do, say nothing', () => {
    const samples = samplesOf(200, (index) => (index % 10 === 9 ? 86_400 : measured(index)));
    expect(limitHours(samplesOf(200, () => 86_400))).toBeNull();

    expect(limitHours(samples)).toBeLessThan(13);
  });

  it('R3: one in a hundred that went on late does not make every later one wait as long', () => {
    const samples = samplesOf(300, (index) => (index % 100 === 99 ? 80_000 : measured(index)));

    expect(limitHours(samples)).toBeLessThan(13);
  });

  it('R3: it is an hour at least, however quick the provider was', () => {
    expect(limitHours(samplesOf(100, () => 200))).toBe(1);
    expect(limitHours(samplesOf(100, () => 7_200))).toBe(2.5);
  });

  it('R3: it is half of the window at least where all batches ended within a day, since these may be the quick hours', () => {
    expect(limitHours(samplesOf(500, () => 200, { hours: 20 }))).toBe(12);
    expect(limitHours(samplesOf(500, () => 40_000, { hours: 20 }))).toBeCloseTo(13.9, 1);
  });

  it('R3: batches of fewer than half as many requests say nothing', () => {
    const small = samplesOf(100, () => 200, { requests: 49 });

    expect(limitHours(small)).toBeNull();
    expect(limitHours(small, 98)).toBe(1);
    expect(limitHours([...small, ...samplesOf(100, () => 36_000)])).toBe(12.5);
  });

  it('R3: for a small batch larger ones count too', () => {
    expect(limitHours(samplesOf(100, measured, { requests: 50_000 }), 1)).toBeCloseTo(12.2, 1);
  });

  it('R3: samples of an earlier version, which do not say how many requests there were, do not count', () => {
    const samples = samplesOf(100, measured).map(({ id, endedAt, seconds, secondsToStart }) => {
      return { id, endedAt, seconds, secondsToStart };
    });

    expect(limitHours(samples)).toBeNull();
  });
});

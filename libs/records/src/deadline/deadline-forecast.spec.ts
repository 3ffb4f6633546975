import { describe, expect, it } from '@jest/globals';
import { forecastDeadline, lateMs, type ForecastInput } from './deadline-forecast.js';

const minuteMs = 60_000;
const deadlineAt = new Date('2026-11-29T12:00:00Z');

const forecast = (input: Partial<ForecastInput>) =>
  forecastDeadline({
    deadlineAt,
    batches: [],
    unbuilt: { calls: 0, tokens: 0 },
    perMinute: { requests: 3_000, tokens: 1_000_000 },
    ...input,
  });
const batch = (batchId: string, answeredShare: number, isAtProvider = true) => {
  return { batchId, isAtProvider, answeredShare, calls: 1, tokens: 1_000_000 };
};
const minutesBefore = (at: Date | undefined): number => (deadlineAt.getTime() - (at?.getTime() ?? 0)) / minuteMs;

describe('the forecast of a deadline', () => {
  it('M6: each batch is left to the provider until what follows it takes the rest of the time', () => {
    const { overtakeAt, synchronousMs } = forecast({ batches: [batch('a', 0), batch('b', 0.5), batch('c', 0.9)] });

    expect(synchronousMs).toBe(3 * minuteMs);
    // The calls of three, two and one batch, a margin, and the cancelling.
    expect(minutesBefore(overtakeAt.get('a'))).toBeCloseTo(3 * 1.15 + 2, 6);
    expect(minutesBefore(overtakeAt.get('b'))).toBeCloseTo(2 * 1.15 + 2, 6);
    expect(minutesBefore(overtakeAt.get('c'))).toBeCloseTo(1.15 + 2, 6);
  });

  it('M6: batches that wait to be sent come first, and need no cancelling', () => {
    const { overtakeAt } = forecast({ batches: [batch('sent', 0), batch('waits', 0, false)] });

    expect(minutesBefore(overtakeAt.get('waits'))).toBeCloseTo(2 * 1.15 + 1, 6);
    expect(minutesBefore(overtakeAt.get('sent'))).toBeCloseTo(1.15 + 2, 6);
  });

  it('M6: documents that are in no batch yet count as well', () => {
    const { overtakeAt, synchronousMs } = forecast({ batches: [batch('a', 0)], unbuilt: { calls: 9_000, tokens: 1 } });

    expect(synchronousMs).toBeGreaterThan(3 * minuteMs);
    expect(minutesBefore(overtakeAt.get('a'))).toBeGreaterThan(3 * 1.15 + 2);
  });

  it('M6: a deadline that even the endpoints miss is late by what they take', () => {
    const made = forecast({ batches: [batch('a', 0), batch('b', 0)] });

    expect(lateMs(made, new Date(deadlineAt.getTime() - 10 * minuteMs))).toBe(0);
    expect(lateMs(made, new Date(deadlineAt.getTime() - minuteMs))).toBe(2 * minuteMs);
  });
});

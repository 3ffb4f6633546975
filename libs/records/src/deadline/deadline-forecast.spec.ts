import { describe, expect, it } from '@jest/globals';
import { forecastDeadline, lateMs, type ModelNeed } from './deadline-forecast.js';

const minuteMs = 60_000;
const deadlineAt = new Date('2026-11-29T12:00:00Z');

const need = (fields: Partial<ModelNeed>): ModelNeed => ({
  model: 'gpt-4.1-nano',
  perMinute: { requests: 3_000, tokens: 1_000_000 },
  batches: [],
  unbuilt: { calls: 0, tokens: 0 },
  rests: [],
  others: { calls: 0, tokens: 0 },
  ...fields,
});
const forecast = (...models: Partial<ModelNeed>[]) => forecastDeadline({ deadlineAt, models: models.map(need) });
const batch = (batchId: string, answeredShare: number, isAtProvider = true, claimId = `claim of ${batchId}`) => {
  return { batchId, claimId, isAtProvider, answeredShare, calls: 1, tokens: 1_000_000 };
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

  it('M6: documents that are in no batch yet count as well, and what other runs send to the same model', () => {
    const { overtakeAt, synchronousMs } = forecast({ batches: [batch('a', 0)], unbuilt: { calls: 9_000, tokens: 1 } });
    const shared = forecast({ batches: [batch('a', 0)], others: { calls: 9_000, tokens: 1 } });

    expect(synchronousMs).toBeGreaterThan(3 * minuteMs);
    expect(minutesBefore(overtakeAt.get('a'))).toBeGreaterThan(3 * 1.15 + 2);
    expect(shared.synchronousMs).toBe(synchronousMs);
    expect(shared.overtakeAt).toEqual(overtakeAt);
  });

  it('M6: each model has a rate limit of its own, so that the slowest decides', () => {
    const slow = { requests: 3_000, tokens: 250_000 };
    const made = forecast(
      { batches: [batch('a', 0)] },
      { model: 'gpt-4.1', perMinute: slow, batches: [batch('b', 0)] },
    );

    expect(made.synchronousMs).toBe(4 * minuteMs);
    expect(made.slowest).toEqual({ model: 'gpt-4.1', perMinute: slow });
    expect(minutesBefore(made.overtakeAt.get('a'))).toBeCloseTo(1.15 + 2, 6);
    expect(minutesBefore(made.overtakeAt.get('b'))).toBeCloseTo(4 * 1.15 + 2, 6);
  });

  it('M6: the batches of a claim are taken out of the queue together, since what one lacks is sent again after the last', () => {
    const slow = { requests: 3_000, tokens: 250_000 };
    const { overtakeAt } = forecast(
      { batches: [batch('a', 0, true, 'c1'), batch('other', 0.5, true, 'c2')] },
      { model: 'gpt-4.1', perMinute: slow, batches: [batch('b', 0, true, 'c1')] },
    );

    expect(overtakeAt.get('a')).toEqual(overtakeAt.get('b'));
    expect(minutesBefore(overtakeAt.get('other'))).toBeCloseTo(1.15 + 2, 6);
  });

  it('M6: a batch whose claim has a rest to be sent again is not waited for longer than that takes', () => {
    const rest = { claimId: 'c1', calls: 1, tokens: 5_000_000 };
    const { overtakeAt } = forecast({ rests: [rest] }, { model: 'gpt-4.1', batches: [batch('b', 0, true, 'c1')] });

    expect(minutesBefore(overtakeAt.get('b'))).toBeCloseTo(5 * 1.15 + 1, 6);
  });

  it('M6: a deadline that even the endpoints miss is late by what they take', () => {
    const made = forecast({ batches: [batch('a', 0), batch('b', 0)] });

    expect(lateMs(made, new Date(deadlineAt.getTime() - 10 * minuteMs))).toBe(0);
    expect(lateMs(made, new Date(deadlineAt.getTime() - minuteMs))).toBe(2 * minuteMs);
  });
});

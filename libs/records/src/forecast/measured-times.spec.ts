import { describe, expect, it } from '@jest/globals';
import type { BatchOutline } from '../batch-outline.js';
import { lagsIn, paceIn } from './measured-times.js';

const begunMs = Date.parse('2026-11-29T10:00:00Z');
const hour = 3_600;

interface Taken {
  /** Seconds by our clock since the run began. */
  readonly sentAt: number;
  /** How long before it was sent it was built. */
  readonly built?: number;
  /** By the provider's clock; null: it has not ended. */
  readonly seconds: number | null;
  /** From its end at the provider until it was ingested, by our clock. */
  readonly lag?: number;
  /** How much later than it was created we learned of it. */
  readonly learnedLate?: number;
  readonly adopted?: boolean;
  /** Seconds by the provider's clock until its requests began. */
  readonly toStart?: number;
}

/** Batches as they are recorded where the provider's clock runs so much faster than ours. It names whole seconds. */
function recorded(speed: number, taken: readonly Taken[]): BatchOutline[] {
  return taken.map(({ sentAt, built = 0.2, seconds, lag = 0.5, learnedLate = 0.05, adopted = false, toStart }) => {
    const theirs = (ours: number): Date => new Date(begunMs + Math.floor(ours * speed) * 1_000);
    const ours = (at: number): Date => new Date(begunMs + Math.round(at * 1_000));
    const submittedAt = sentAt + learnedLate;
    return {
      state: seconds === null ? 'submitted' : 'ingested',
      adopted,
      createdAt: ours(sentAt - built),
      updatedAt: ours(Math.max(sentAt + (seconds ?? toStart ?? 0) / speed + lag, submittedAt)),
      provider: {
        submittedAt: ours(submittedAt),
        createdAt: theirs(sentAt),
        inProgressAt: toStart === undefined ? null : theirs(sentAt + toStart / speed),
        endedAt: seconds === null ? null : theirs(sentAt + seconds / speed),
        counts: { total: 1, completed: 0, failed: 0 },
      },
    } as unknown as BatchOutline;
  });
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('how fast the clock of the provider runs', () => {
  it('M1: batches of minutes, which are ingested later than they take on a fast simulator, do not hide that an hour takes a second', () => {
    const batches = recorded(
      3_600,
      range(16).map((number) => ({ sentAt: number / 2, seconds: 200 + number, lag: 1.5 })),
    );

    expect(paceIn(batches, [])).toBeGreaterThan(3_000);
    expect(paceIn(batches, [])).toBeLessThan(4_000);
  });

  it('M1: two batches that were sent tell it, before any has ended', () => {
    const sent = (seconds: number) => [
      { sentAt: 0, seconds: null },
      { sentAt: seconds, seconds: null },
    ];

    expect(paceIn(recorded(3_600, sent(1)), [])).toBeCloseTo(3_600, -2);
    expect(Math.abs(paceIn(recorded(60, sent(20)), []) - 60)).toBeLessThan(2);
    expect(paceIn(recorded(1, sent(20)), [])).toBe(1);
  });

  it('M1: batches that waited long for room in the queue tell it as well', () => {
    const waited = range(2).map((number) => ({ sentAt: 30 + number * 2, built: 30, seconds: null }));

    expect(paceIn(recorded(3_600, waited), [])).toBeCloseTo(3_600, -2);
  });

  it('M1: a batch alone tells it once it has ended, or once its requests have begun long after it was created', () => {
    expect(paceIn(recorded(3_600, [{ sentAt: 0, seconds: 9 * hour }]), [])).toBeGreaterThan(3_000);
    expect(paceIn(recorded(3_600, [{ sentAt: 0, seconds: null, toStart: hour }]), [])).toBeGreaterThan(2_000);
    // A trial of minutes, of which most by our clock was the poll.
    expect(paceIn(recorded(3_600, [{ sentAt: 0, seconds: 200, lag: 0.8 }]), [])).toBeGreaterThan(150);
  });

  it('M1: before the run tells it, batches of earlier runs do', () => {
    const waiting = recorded(3_600, [{ sentAt: 0, seconds: null }]);

    expect(paceIn(waiting, [])).toBe(1);
    expect(paceIn(waiting, [{ seconds: 9 * hour, ourSeconds: 9.5 }, { seconds: 200 }])).toBeCloseTo(3_400, -2);
    expect(
      paceIn(recorded(60, [{ sentAt: 0, seconds: 9 * hour }]), [{ seconds: 9 * hour, ourSeconds: 9.5 }]),
    ).toBeLessThan(61);
  });

  it.each([
    ['they took minutes, or most of ten hours', [{}, {}]],
    ['create calls were answered after nine minutes', [{ learnedLate: 540 }, { learnedLate: 0.1 }]],
    ['one was adopted an hour after it was created', [{ learnedLate: hour, adopted: true }, {}]],
    ['they waited for an hour to be sent', [{ built: hour }, { built: hour }]],
  ] as const)('M1: at a real provider it runs as ours does: %s', (_, [first, others]) => {
    const taken = range(6).map((number): Taken => {
      return {
        sentAt: 600 + number * 3,
        seconds: number % 2 === 0 ? 180 : 9 * hour,
        ...(number === 0 ? first : others),
      };
    });

    expect(paceIn(recorded(1, taken), [{ seconds: 200, ourSeconds: 400 }])).toBe(1);
  });

  it('M1: a batch is ingested so long after its end at the provider as it was by our clock', () => {
    const batches = recorded(
      3_600,
      range(4).map((number) => ({ sentAt: number, seconds: 360, lag: 2 })),
    );

    for (const lagMs of lagsIn(batches, paceIn(batches, []))) expect(Math.abs(lagMs - 2_000)).toBeLessThan(100);
  });
});

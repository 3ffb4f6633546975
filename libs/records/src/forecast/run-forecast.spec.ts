import { drawTurnaround } from '@batchmill/simulator';
import { describe, expect, it } from '@jest/globals';
import { forecastRun, type QueueOutlook, type RunOutlookInput } from './run-forecast.js';
import { seededRandom } from './seeded-random.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const begunMs = Date.parse('2026-11-29T10:00:00Z');
const measured = { kind: 'measured' } as const;

const queue = (fields: Partial<QueueOutlook> = {}): QueueOutlook => ({
  model: 'text-embedding-3-small',
  turnaroundSeconds: [60],
  windowMs: 24 * hourMs,
  limits: { tokens: Infinity, requests: Infinity },
  inQueue: [],
  waiting: [],
  unbuilt: [],
  trialMs: null,
  retries: [],
  retried: { batches: 0, part: 0 },
  ...fields,
});
const forecast = (queues: readonly QueueOutlook[], fields: Partial<RunOutlookInput> = {}) =>
  forecastRun({
    runId: 'r',
    now: new Date(begunMs),
    queues,
    lagsMs: [0],
    synchronousMs: 0,
    isIngesting: false,
    noLaterThan: null,
    obstacle: null,
    ...fields,
  });
const batch = (tokens = 1, runId = 'r') => ({ runId, tokens, requests: 1 });
const many = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const minutesTo = (at: Date | undefined): number => ((at?.getTime() ?? NaN) - begunMs) / minuteMs;

describe('the forecast of a run', () => {
  const minutes = many(400, 60);

  it('M1: batches that find no room wait for those before them, wave after wave', () => {
    const { forecast: made } = forecast([
      queue({
        turnaroundSeconds: minutes,
        limits: { tokens: 2, requests: Infinity },
        inQueue: many(2, { ...batch(), ageMs: 0 }),
        waiting: many(2, batch()),
        unbuilt: many(4, batch()),
      }),
    ]);

    expect(minutesTo(made?.median)).toBe(4);
    expect(made?.batches).toBe(400);
  });

  it('M1: a batch that stands for several that follow each other takes as long as all of them', () => {
    const { forecast: made } = forecast([
      queue({
        turnaroundSeconds: minutes,
        limits: { tokens: 1, requests: Infinity },
        unbuilt: many(2, { ...batch(), inTurn: 3 }),
      }),
    ]);

    expect(minutesTo(made?.median)).toBe(6);
  });

  it('M1: the next room is when a batch before it ends, of this run or of another one', () => {
    const { rooms } = forecast([
      queue({
        turnaroundSeconds: many(400, 3_600),
        limits: { tokens: 2, requests: Infinity },
        inQueue: [
          { ...batch(1), ageMs: 20 * minuteMs },
          { ...batch(1, 'other'), ageMs: 40 * minuteMs },
        ],
        waiting: [batch()],
      }),
    ]);

    expect(minutesTo(rooms.get('text-embedding-3-small'))).toBeCloseTo(20, 6);
  });

  it('M1: a batch that has outlived the quick ones is expected with the slow ones', () => {
    const twoHumps = [...many(200, 200), ...many(200, 9 * 3_600)];
    const fresh = forecast([queue({ turnaroundSeconds: twoHumps, inQueue: [{ ...batch(), ageMs: 0 }] })]);
    const old = forecast([queue({ turnaroundSeconds: twoHumps, inQueue: [{ ...batch(), ageMs: 10 * minuteMs }] })]);

    expect(minutesTo(fresh.forecast?.early)).toBeLessThan(4);
    expect(minutesTo(old.forecast?.early)).toBeCloseTo(9 * 60 - 10, 6);
  });

  it('M1: a batch that may have ended since it was polled is not expected with those that take longer than all', () => {
    const ended = many(20, 60);
    const inQueue = (seenMs: number) => [{ ...batch(), ageMs: 65_000, seenMs }];
    const polled = forecast([queue({ turnaroundSeconds: ended, inQueue: inQueue(50_000) })]);
    const outlived = forecast([queue({ turnaroundSeconds: ended, inQueue: inQueue(64_000) })]);

    expect(minutesTo(polled.forecast?.median)).toBe(0);
    expect(minutesTo(outlived.forecast?.median)).toBeGreaterThan(0.5);
  });

  it('M1: few measurements give a wide spread, and many a narrow one', () => {
    const lateAfter = (count: number): number =>
      minutesTo(
        forecast([queue({ turnaroundSeconds: many(count, 60), inQueue: many(10, { ...batch(), ageMs: 0 }) })]).forecast
          ?.late,
      );

    expect(lateAfter(500)).toBe(1);
    expect(lateAfter(3)).toBeGreaterThan(3);
  });

  it('M1: what is not built yet waits for the trial, and what is requested again for its time', () => {
    const trial = queue({
      turnaroundSeconds: minutes,
      inQueue: [{ ...batch(), ageMs: 0 }],
      unbuilt: many(9, batch()),
      trialMs: 10 * minuteMs,
    });
    const retry = queue({ turnaroundSeconds: minutes, retries: [{ ...batch(), inMs: 5 * minuteMs }] });

    expect(minutesTo(forecast([trial]).forecast?.median)).toBe(2);
    expect(minutesTo(forecast([retry]).forecast?.median)).toBe(6);
  });

  it('M1: without a history, or where a person is waited for, it says so and names no time', () => {
    expect(forecast([queue({ turnaroundSeconds: [] })])).toMatchObject({
      forecast: null,
      unknown: 'no batch of text-embedding-3-small has ended yet',
    });
    expect(forecast([queue()], { obstacle: 'the run is paused' })).toMatchObject({
      forecast: null,
      unknown: 'the run is paused',
    });
  });

  it('M1: a deadline ends it at the latest, and the same moment gives the same forecast', () => {
    const inQueue = many(3, { ...batch(), ageMs: 0 });
    const slow = queue({ turnaroundSeconds: [60, 36_000, 36_000, 36_000], inQueue });
    const noLaterThan = new Date(begunMs + hourMs);

    expect(minutesTo(forecast([slow], { noLaterThan }).forecast?.late)).toBe(60);
    expect(forecast([slow])).toEqual(forecast([slow]));
  });
});

/** A run on the simulator's clock, seen at some moment, and when it really ended. */
interface Seen {
  readonly nowMs: number;
  readonly queue: QueueOutlook;
  readonly endMs: number;
}

/**
 * `history`: batches of the account that ended before. Each batch takes what the simulator draws for it. The moment does not depend on
 * how long the run takes: it lies between a minute and a day after its begin. Null: the run has ended by then.
 */
function playRun(
  seed: number,
  { history, batches, room }: { history: number; batches: number; room: number },
): Seen | null {
  const random = seededRandom(seed);
  const turnaroundMs = (number: number): number => drawTurnaround(measured, seed, number).seconds * 1_000;
  const turnaroundSeconds = Array.from({ length: history }, (_, number) => turnaroundMs(number) / 1_000);
  const sent: { sentMs: number; endMs: number }[] = [];
  for (let number = 0; number < batches; number += 1) {
    const ends = sent.map(({ endMs }) => endMs).toSorted((a, b) => b - a);
    const sentMs = number < room ? 0 : (ends[room - 1] ?? 0);
    sent.push({ sentMs, endMs: sentMs + turnaroundMs(history + number) });
  }
  const endMs = Math.max(...sent.map((one) => one.endMs));
  const nowMs = minuteMs * 1_440 ** random();
  if (nowMs >= endMs) return null;
  const ended = sent.filter((one) => one.endMs <= nowMs);
  const inQueue = sent.filter((one) => one.sentMs <= nowMs && one.endMs > nowMs);
  const waiting = sent.length - ended.length - inQueue.length;
  return {
    nowMs,
    endMs,
    queue: queue({
      turnaroundSeconds: [...turnaroundSeconds, ...ended.map((one) => (one.endMs - one.sentMs) / 1_000)],
      limits: { tokens: room, requests: Infinity },
      inQueue: inQueue.map(({ sentMs }) => ({ ...batch(), ageMs: nowMs - sentMs })),
      waiting: many(Math.ceil(waiting / 2), batch()),
      unbuilt: many(Math.floor(waiting / 2), batch()),
    }),
  };
}

describe('on the clock of the simulator, with the turnarounds that were measured at OpenAI', () => {
  /** How many of the played runs ended before, between and after the bounds of their forecast. */
  function playAll(about: Parameters<typeof playRun>[1]): { between: number; before: number; after: number } {
    const ends = { between: 0, before: 0, after: 0 };
    for (let seed = 1; seed <= 200; seed += 1) {
      const played = playRun(seed, about);
      if (played === null) continue;
      const { nowMs, queue: seen, endMs } = played;
      const { forecast: made } = forecast([seen], { now: new Date(nowMs) });
      if (endMs < (made?.early.getTime() ?? NaN) - 1) ends.before += 1;
      else if (endMs > (made?.late.getTime() ?? NaN) + 1) ends.after += 1;
      else ends.between += 1;
    }
    return ends;
  }

  it('M1: with a history of five batches the bounds are less sure, and most runs still end between them', () => {
    const { between, before, after } = playAll({ history: 5, batches: 12, room: 3 });

    const share = between / (between + before + after);
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(0.92);
  });

  it.each([
    { history: 100, batches: 1, room: 1 },
    { history: 100, batches: 8, room: 8 },
    { history: 100, batches: 30, room: 5 },
    { history: 15, batches: 30, room: 5 },
  ])('M1: about 80 of 100 runs end between the bounds of their forecast: %j', (about) => {
    const { between, before, after } = playAll(about);

    const share = between / (between + before + after);
    expect(share).toBeGreaterThan(0.72);
    expect(share).toBeLessThan(0.92);
    expect(Math.max(before, after) / (between + before + after)).toBeLessThan(0.2);
  });
});

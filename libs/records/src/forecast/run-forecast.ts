import { playQueue, type QueueState } from './play-queue.js';
import { seedOf, seededRandom } from './seeded-random.js';
import { drawTurnarounds } from './turnaround-draws.js';

/** The queue of a model, and the turnarounds that were measured for it. */
export interface QueueOutlook extends QueueState {
  readonly model: string;
  /** Of the account's batches of this model, as far as they have ended; in seconds. */
  readonly turnaroundSeconds: readonly number[];
  /** The completion window: no batch takes longer. */
  readonly windowMs: number;
}

export interface RunOutlookInput {
  readonly runId: string;
  readonly now: Date;
  /** Those in which the run has work. */
  readonly queues: readonly QueueOutlook[];
  /** How long after their end at the provider batches of the run were ingested, in milliseconds. Empty: not known yet. */
  readonly lagsMs: readonly number[];
  /** How long what is sent synchronously takes. */
  readonly synchronousMs: number;
  /** True: a batch is being ingested. */
  readonly isIngesting: boolean;
  /** When a deadline ends it at the latest; null: it has none. */
  readonly noLaterThan: Date | null;
  /** Why nothing can be said, although there is a history; null: it can. */
  readonly obstacle: string | null;
}

/** When a run is done. Of ten such runs one is done before `early`, five before `median`, and nine before `late`. */
export interface Forecast {
  readonly early: Date;
  readonly median: Date;
  readonly late: Date;
  /** How many batches that have ended it is made of: of the model with the fewest. 0: nothing more goes through the queue. */
  readonly batches: number;
}

export interface RunForecast {
  /** Null: nothing can be said. */
  readonly forecast: Forecast | null;
  /** Why nothing can be said; null: a forecast is there. */
  readonly unknown: string | null;
  /** When the next batch of the run is sent, by the model whose queue is full: half of the times before. */
  readonly rooms: ReadonlyMap<string, Date>;
}

/** Until the run has batches that were ingested: the usual poll, and a little for the ingestion. */
const usualLagMs = 30_000;
const mostPlays = 200;
const fewestPlays = 40;
/** Batches in all plays together, so that a forecast takes a tenth of a second at most. */
const mostDraws = 100_000;

/**
 * Plays the rest of a run many times: batches at the provider, as they have not ended yet, those that wait for room, those that are
 * not built, and what is requested again. The same run at the same moment gives the same forecast. Batches count as independent of
 * each other: where the provider is slow for all of them at once, the spread is too narrow.
 */
export function forecastRun({
  runId,
  now,
  queues,
  lagsMs,
  synchronousMs,
  isIngesting,
  noLaterThan,
  obstacle,
}: RunOutlookInput): RunForecast {
  const without = (unknown: string): RunForecast => ({ forecast: null, unknown, rooms: new Map() });
  if (obstacle !== null) return without(obstacle);
  const unmeasured = queues.filter(({ turnaroundSeconds }) => turnaroundSeconds.length === 0);
  if (unmeasured.length > 0) {
    return without(`no batch of ${unmeasured.map(({ model }) => model).join(', ')} has ended yet`);
  }
  const random = seededRandom(seedOf(runId));
  const lagMs = (): number => lagsMs[Math.floor(random() * lagsMs.length)] ?? usualLagMs;
  const sorted = queues.map((queue) => ({
    queue,
    sortedMs: queue.turnaroundSeconds.map((seconds) => seconds * 1_000).toSorted((a, b) => a - b),
  }));
  const draws = queues.reduce((sum, queue) => sum + sizeOf(queue), 1);
  const plays = Math.round(Math.min(mostPlays, Math.max(fewestPlays, mostDraws / draws)));
  const ends: number[] = [];
  const rooms = new Map<string, number[]>();
  for (let play = 0; play < plays; play += 1) {
    let endMs = Math.max(synchronousMs, isIngesting ? lagMs() : 0);
    for (const { queue, sortedMs } of sorted) {
      const turnarounds = drawTurnarounds(sortedMs, queue.windowMs, random);
      const played = playQueue(runId, queue, { draws: turnarounds, random, lagMs });
      endMs = Math.max(endMs, played.endMs);
      if (played.roomMs === null) continue;
      const times = rooms.get(queue.model) ?? [];
      rooms.set(queue.model, times);
      times.push(played.roomMs);
    }
    ends.push(endMs);
  }
  const at = (ms: number): Date => new Date(now.getTime() + ms);
  const atShare = (of: readonly number[], share: number): Date => {
    const ascending = of.toSorted((a, b) => a - b);
    return at(ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))] ?? 0);
  };
  const endAt = (share: number): Date => {
    const end = atShare(ends, share);
    return noLaterThan !== null && noLaterThan < end ? noLaterThan : end;
  };
  return {
    forecast: {
      early: endAt(0.1),
      median: endAt(0.5),
      late: endAt(0.9),
      batches: queues.length === 0 ? 0 : Math.min(...queues.map(({ turnaroundSeconds }) => turnaroundSeconds.length)),
    },
    unknown: null,
    rooms: new Map([...rooms].map(([model, times]) => [model, atShare(times, 0.5)])),
  };
}

function sizeOf({ inQueue, waiting, unbuilt, retries, turnaroundSeconds }: QueueState & QueueOutlook): number {
  return inQueue.length + waiting.length + unbuilt.length + retries.length + turnaroundSeconds.length;
}

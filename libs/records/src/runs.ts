import { runOutcomes, type Clock, type Endpoint, type Event, type RunRequested } from '@batchmill/contracts';
import type { StorageTargets } from '@batchmill/pipeline';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import type { RunTotals } from './run-totals.js';
import type { ScanPosition } from './scan-position.js';
import { freshWork, type WorkRecord } from './work-record.js';

/** awaited: a command came before the run's request. requested: recorded, not yet accepted or rejected. */
const active = ['awaited', 'requested', 'running'] as const;
const ended = ['rejected', ...runOutcomes] as const;

/** Every state of a run, in the order in which a run passes through them. */
export const runStates = [...active, ...ended] as const;
export type RunState = (typeof runStates)[number];
export const endedRunStates: readonly RunState[] = ended;

/** What was asked for, as it came. */
export type RunRequest = Omit<RunRequested, 'key' | 'runId'>;

export interface Run extends WorkRecord<RunState> {
  readonly pipeline: string | null;
  /** Null as long as the run is only awaited. */
  readonly request: RunRequest | null;
  /** The definition as it was when the run was accepted. */
  readonly pipelineHash: string | null;
  /** Where its documents, marks and vectors are, by that definition. */
  readonly storageTargets: StorageTargets | null;
  readonly endpoint: Endpoint | null;
  /** The functions asked, `forEach` items each of their own. */
  readonly functions: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly scan: Scan;
  readonly cancelRequestedAt: Date | null;
  /** Since when it begins nothing new; null: it goes on. */
  readonly pausedAt: Date | null;
  /** When the last wish to pause or resume was said: an older one that comes late changes nothing. */
  readonly lastPauseCommandAt: Date | null;
  /** Why it was rejected. */
  readonly reason: string | null;
  /** Written with the end. */
  readonly totals: RunTotals | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export interface Scan {
  /** Null: at the beginning. */
  readonly position: ScanPosition | null;
  readonly ended: boolean;
  /** The number of the next claim, scanned or retried. */
  readonly nextNumber: number;
  /** Documents sealed into claims of the scan so far, for `limit`. */
  readonly selected: number;
}

export class Runs extends Records<Run> {
  readonly activeStates = active;
  protected readonly indexes = [{ keys: { createdAt: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Run>('runs'), clock);
  }

  idIn(event: Event): string | null {
    return 'runId' in event && typeof event.runId === 'string' ? event.runId : null;
  }

  runOf(run: Run): string {
    return run._id;
  }

  /** The runs that were created last, the newest first. */
  latest(limit: number): AsyncIterable<Run> {
    return this.collection.find({}, { sort: { createdAt: -1 }, limit });
  }

  /** A pipeline's runs that have not ended. */
  activeOf(pipeline: string): AsyncIterable<Run> {
    return this.collection.find({ pipeline, state: { $in: active } });
  }

  /** True while a run of a pipeline has not ended. */
  async hasActive(pipeline: string): Promise<boolean> {
    return (await this.collection.count({ pipeline, state: { $in: active } })) > 0;
  }

  /** A run as its request makes it; `request` null for one that is only awaited. */
  new(id: string, request: RunRequest | null, traceparent: string | null): Run {
    return {
      ...freshWork(id, request === null ? 'awaited' : 'requested', { now: this.clock.now(), traceparent }),
      pipeline: request?.pipeline ?? null,
      request,
      pipelineHash: null,
      storageTargets: null,
      endpoint: null,
      functions: [],
      parameters: {},
      scan: { position: null, ended: false, nextNumber: 1, selected: 0 },
      cancelRequestedAt: null,
      pausedAt: null,
      lastPauseCommandAt: null,
      reason: null,
      totals: null,
      startedAt: null,
      finishedAt: null,
    };
  }

  /** Records the wish; later wishes change nothing. False: there is no such run, or it has ended. */
  async requestCancel(id: string): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    await this.collection.updateOne(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now() } },
    );
    const { matched } = await this.collection.updateOne(live, { $set: this.due(), $inc: { signals: 1 } });
    return matched === 1;
  }

  /** Records the wish that was said at a time; a paused run keeps its first. False: there is no such run, or it has ended. */
  async requestPause(id: string, at: Date): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    const isNewer = { lastPauseCommandAt: { $not: { $gte: at } } };
    await this.collection.updateOne({ ...live, ...isNewer, pausedAt: null }, { $set: { pausedAt: at } });
    const { matched } = await this.collection.updateOne(live, {
      $max: { lastPauseCommandAt: at },
      $inc: { signals: 1 },
    });
    return matched === 1;
  }

  /** Records the wish and makes the run due. False: there is no such run, or it has ended. */
  async requestResume(id: string, at: Date): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    await this.collection.updateOne(
      { ...live, lastPauseCommandAt: { $not: { $gt: at } } },
      { $set: { pausedAt: null, lastPauseCommandAt: at, nextAt: this.clock.now() } },
    );
    const { matched } = await this.collection.updateOne(live, { $inc: { signals: 1 } });
    return matched === 1;
  }
}

/** True for a run that begins nothing new. A wish to cancel counts more than a pause. */
export function isPaused(run: Run | null): boolean {
  return run?.pausedAt != null && run.cancelRequestedAt === null;
}

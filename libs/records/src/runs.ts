import type { Clock, Endpoint, Event, RunRequested } from '@batchmill/contracts';
import type { StorageTargets } from '@batchmill/pipeline';
import type { Store } from '@batchmill/store';
import { Records } from './records.js';
import type { RunTotals } from './run-totals.js';
import type { ScanPosition } from './scan-position.js';
import { freshWork, type WorkRecord } from './work-record.js';

/**
 * awaited: a wish to cancel came before the request. requested: recorded, not yet looked at.
 * rejected, finished, cancelled and incomplete are ends.
 */
export type RunState = 'awaited' | 'requested' | 'running' | 'rejected' | 'finished' | 'cancelled' | 'incomplete';

export const endedRunStates: readonly RunState[] = ['rejected', 'finished', 'cancelled', 'incomplete'];

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
  protected readonly indexes = [{ keys: { createdAt: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Run>('runs'), clock);
  }

  idIn(event: Event): string | null {
    return 'runId' in event && typeof event.runId === 'string' ? event.runId : null;
  }

  override runOf(run: Run): string {
    return run._id;
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
    const live = { _id: id, state: { $nin: endedRunStates } };
    await this.collection.updateOne(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now() } },
    );
    const { matched } = await this.collection.updateOne(live, { $set: this.due(), $inc: { signals: 1 } });
    return matched === 1;
  }

  /** Records the wish that was said at a time; a paused run keeps its first. False: there is no such run, or it has ended. */
  async requestPause(id: string, at: Date): Promise<boolean> {
    const live = { _id: id, state: { $nin: endedRunStates } };
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
    const live = { _id: id, state: { $nin: endedRunStates } };
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

/* Long, because the record of a run, and every question and command about runs, stand together. */

import { type Clock, type Endpoint, type Event } from '@batchmill/contracts';
import { runOutcomes, type RunRequested } from '@batchmill/contracts/events';
import type { StorageTargets } from '@batchmill/pipeline';
import type { Store } from '@batchmill/store';
import type { AliasMove } from './vectors/vector-alias.js';
import { Records } from './work/records.js';
import type { WaitKind } from './forecast/wait-kinds.js';
import type { MissingCount } from './missing-counts.js';
import type { RunPrediction } from './run-prediction.js';
import type { RunTotals } from './run-totals.js';
import type { UnknownIds } from './documents.js';
import type { ScanPosition } from './scan-position.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

/** awaited: a command arrived before the run's request. requested: recorded, not yet accepted or rejected. */
const active = ['awaited', 'requested', 'running'] as const;
const ended = ['rejected', ...runOutcomes] as const;

/** Every state of a run, in the order in which a run passes through them. */
export const runStates = [...active, ...ended] as const;
export type RunState = (typeof runStates)[number];
/** The states in which a run has ended. */
export const endedRunStates: readonly RunState[] = ended;

/** The request as it arrived. */
export type RunRequest = Omit<RunRequested, 'key' | 'runId'>;

/** The request as it is stored with the run. Fields that the event leaves out stay absent. */
export function runRequestOf({
  pipeline,
  endpoint,
  functions,
  parameters,
  documents,
  limit,
  redo,
  maxUsd,
  deadline,
  labels,
}: RunRequested): RunRequest {
  return {
    pipeline,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(functions === undefined ? {} : { functions }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(documents === undefined ? {} : { documents }),
    ...(limit === undefined ? {} : { limit }),
    ...(redo === undefined ? {} : { redo }),
    ...(maxUsd === undefined ? {} : { maxUsd }),
    ...(deadline === undefined ? {} : { deadline }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** One execution of a pipeline. */
export interface Run extends WorkRecord<RunState> {
  readonly pipeline: string | null;
  /** Null while the run is awaited. */
  readonly request: RunRequest | null;
  /** The hash of the pipeline's definition when the run was accepted. */
  readonly pipelineHash: string | null;
  /** The collections and fields in which the run reads and writes, by that definition. */
  readonly storageTargets: StorageTargets | null;
  readonly endpoint: Endpoint | null;
  /** The functions that the run requests. Each item of a `forEach` is one. */
  readonly functions: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly scan: Scan;
  /** When all of it is to be done. Missing or null: it has no deadline. */
  readonly deadlineAt?: Date | null;
  /** What an estimate said of it. Missing: nobody asked for one, as for a run of a schedule. */
  readonly predicted?: RunPrediction;
  /** Missing in runs of earlier versions: it has no limit. */
  readonly spendingLimits?: SpendingLimits;
  /** Fields of its requests that are paid by more than tokens, so that no limit covers them; missing: none. */
  readonly beyondTokenPrices?: readonly string[];
  /** Requested ids of which there was no document when it began; missing: all were found, or none were requested. */
  readonly unknownIds?: UnknownIds;
  readonly cancelRequestedAt: Date | null;
  /** Since when the run starts nothing new; null: it is not paused. */
  readonly pausedAt: Date | null;
  /** Why it paused itself; missing or null: a command did. */
  readonly pauseReason?: string | null;
  /** When the bus recorded the last pause or resume. An older command that arrives later changes nothing. */
  readonly lastPauseCommandAt: Date | null;
  /** When the bus recorded the last change of the spending limit; missing: there was none. */
  readonly lastLimitCommandAt?: Date;
  /** What it said last of its progress; missing: nothing yet. */
  readonly saidProgress?: SaidProgress;
  /** Why it was rejected, or stopped: the provider refused its trial, or none of its first documents could be asked. */
  readonly reason: string | null;
  /** When the texts and the lists of ids of its batches and claims were deleted. Missing: they are there. */
  readonly textsDeletedAt?: Date;
  /** What became at its end of the alias of its vectors, which pointed elsewhere. Missing: it has none, or it did not point elsewhere. */
  readonly aliasMove?: AliasMove;
  /** Written when the run ends. */
  readonly totals: RunTotals | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** When a run has said how far it is, and what it waited for then. */
export interface SaidProgress {
  readonly at: Date;
  /** Null: for nothing. */
  readonly waitsFor: WaitKind | null;
}

/** In nano-dollars; null: there is no limit. */
export interface SpendingLimits {
  readonly ofRun: number | null;
  /** What all runs of the pipeline may spend on a day in UTC. */
  readonly ofPipelinePerDay: number | null;
}

/** How far a run's scan for documents is. */
export interface Scan {
  /** Null: the scan has not begun. */
  readonly position: ScanPosition | null;
  readonly ended: boolean;
  /** The number of the next claim, scanned or retried. */
  readonly nextNumber: number;
  /** Documents in sealed claims of the scan, counted for `limit`. */
  readonly selected: number;
  /** Which functions the selected documents that had ended lacked. Missing: none of them had ended. */
  readonly missing?: readonly MissingCount[];
  /** How many of the selected documents were stale. Missing: none, or the run does not look for them. */
  readonly stale?: number;
  /** How many documents it will find, counted when the run began. Missing in runs of earlier versions. */
  readonly expected?: number;
  /** True: the scan goes on when the trial, the first claim, is answered. Missing in records of earlier versions. */
  readonly awaitsTrial?: boolean;
}

/** The runs of all pipelines. */
export class Runs extends Records<Run> {
  readonly activeStates = active;
  readonly stageOf = {
    awaited: 'chunk-scanner',
    requested: 'chunk-scanner',
    running: 'chunk-scanner',
  };
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

  /** The runs that were created last, the newest first: all, or those of a pipeline. Infinity: no limit. */
  latest(limit: number, pipeline?: string): AsyncIterable<Run> {
    const filter = pipeline === undefined ? {} : { pipeline };
    return this.collection.find(filter, { sort: { createdAt: -1 }, ...(limit === Infinity ? {} : { limit }) });
  }

  /** The runs that have ended, and that nothing has changed since then, the oldest first: those that still have texts, or those that have none. */
  endedBefore(before: Date, { withTexts }: { readonly withTexts: boolean }): AsyncIterable<Run> {
    const filter = {
      state: { $in: ended },
      updatedAt: { $lt: before },
      textsDeletedAt: withTexts ? null : { $ne: null },
    };
    return this.collection.find(filter, { sort: { updatedAt: 1 } });
  }

  /** Notes that its texts are deleted. */
  async noteTextsDeleted(id: string): Promise<void> {
    const gone = { _id: id, state: { $in: ended }, textsDeletedAt: null };
    await this.collection.updateOne(gone, { $set: { textsDeletedAt: this.clock.now() } });
  }

  /** Replaces why a run that has ended was rejected or stopped. */
  async replaceReason(id: string, reason: string): Promise<void> {
    await this.collection.updateOne({ _id: id, state: { $in: ended } }, { $set: { reason } });
  }

  /** Deletes the record of a run that has ended and has no texts. False: it has events that are not published, or has changed. */
  async deleteEnded(id: string): Promise<boolean> {
    return (await this.deleteWhere({ _id: id, state: { $in: ended }, textsDeletedAt: { $ne: null } })) > 0;
  }

  /** Takes ids out of the request of a run that has ended, and out of the list of ids without a document. */
  async forgetIds(id: string, ids: readonly unknown[]): Promise<boolean> {
    const run = await this.get(id);
    const without = <T>(list: readonly T[] = []): T[] => list.filter((one) => !ids.includes(one));
    const { documents } = run?.request ?? {};
    const ofRequest = documents !== undefined && without(documents).length < documents.length;
    const { unknownIds } = run ?? {};
    const ofUnknown = unknownIds !== undefined && without(unknownIds.first).length < unknownIds.first.length;
    if (!ofRequest && !ofUnknown) return false;
    // The request of a run that has ended does not change otherwise.
    const changes = {
      ...(ofRequest && { request: { ...run?.request, documents: without(documents) } }),
      ...(ofUnknown && { unknownIds: { ...unknownIds, first: without(unknownIds.first) } }),
    };
    const { modified } = await this.collection.updateOne({ _id: id, state: { $in: ended } }, { $set: changes });
    return modified > 0;
  }

  /** A pipeline's runs that have not ended. */
  activeOf(pipeline: string): AsyncIterable<Run> {
    return this.collection.find({ pipeline, state: { $in: active } });
  }

  /** The runs that are at work. */
  running(): AsyncIterable<Run> {
    return this.collection.find({ state: 'running' });
  }

  /** The runs at work that have a deadline. */
  withDeadline(): AsyncIterable<Run> {
    return this.collection.find({ state: 'running', deadlineAt: { $gt: new Date(0) } });
  }

  /** True while a run of a pipeline has not ended. */
  async hasActive(pipeline: string): Promise<boolean> {
    return (await this.collection.count({ pipeline, state: { $in: active } })) > 0;
  }

  /** A new run, not yet inserted. `request` is null for a run that is awaited. */
  new(id: string, request: RunRequest | null, traceparent: string | null, predicted: RunPrediction | null = null): Run {
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
      ...(predicted !== null && { predicted }),
    };
  }

  /** Records the command and makes the run due, even if parked. False: there is no such run, or it has ended. */
  async requestCancel(id: string): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    await this.collection.updateOne(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now() } },
    );
    const { matched } = await this.collection.updateOne(live, { $set: this.dueNow(), $inc: { signals: 1 } });
    return matched === 1;
  }

  /** Records the limits with which a run starts. One that a command has set meanwhile stays. */
  async startSpendingLimits(id: string, { ofRun, ofPipelinePerDay }: SpendingLimits): Promise<void> {
    await this.collection.updateOne(
      { _id: id, 'spendingLimits.ofRun': null },
      { $set: { 'spendingLimits.ofRun': ofRun } },
    );
    await this.collection.updateOne({ _id: id }, { $set: { 'spendingLimits.ofPipelinePerDay': ofPipelinePerDay } });
  }

  /**
   * Records the most that the run may spend, in nano-dollars, as it was requested at `at`. An older command that arrives later changes
   * nothing. False: there is no such run, or it has ended.
   */
  async setSpendingLimit(id: string, nanoUsd: number, at: Date): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    await this.collection.updateOne(
      { ...live, lastLimitCommandAt: { $not: { $gt: at } } },
      { $set: { 'spendingLimits.ofRun': nanoUsd, lastLimitCommandAt: at } },
    );
    const { matched } = await this.collection.updateOne(live, { $inc: { signals: 1 } });
    return matched === 1;
  }

  /**
   * Records a pause that was requested at `at`. A run that is already paused keeps its `pausedAt`. False: there is no
   * such run, or it has ended.
   */
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

  /**
   * Records a resume that was requested at `at` and makes the run due. False: there is no such run, or it has ended.
   */
  async requestResume(id: string, at: Date): Promise<boolean> {
    const live = { _id: id, state: { $in: active } };
    await this.collection.updateOne(
      { ...live, lastPauseCommandAt: { $not: { $gt: at } } },
      { $set: { pausedAt: null, pauseReason: null, lastPauseCommandAt: at, nextAt: this.clock.now() } },
    );
    const { matched } = await this.collection.updateOne(live, { $inc: { signals: 1 } });
    return matched === 1;
  }
}

/** True for a run that starts nothing new. False for a run that is cancelled: a cancel ends the pause. */
export function isPaused(run: Run | null): boolean {
  return run?.pausedAt != null && run.cancelRequestedAt === null;
}

import type { Clock, Event, SettledReason } from '@batchmill/contracts';
import type { AccountInfo } from '@batchmill/provider';
import type { Store } from '@batchmill/store';
import { notIngested, type Ingestion } from './ingestion.js';
import type { ProviderBatchInfo } from './provider-batch-info.js';
import type { Abandonment, BatchHold, Stall } from './stalled-batch.js';
import { RecordsOfRun } from './work/records-of-run.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

const unsettled = ['built', 'submitted'] as const;
const active = [...unsettled, 'settled'] as const;

/** Every state of a batch, in the order in which a batch passes through them. */
export const batchStates = [...active, 'ingested'] as const;
export type BatchState = (typeof batchStates)[number];
/** The states in which the provider has work to do on a batch, now or later. */
export const unsettledBatchStates: readonly BatchState[] = unsettled;

/** One batch file and the provider batch that is made of it. */
export interface Batch extends WorkRecord<BatchState> {
  readonly runId: string;
  readonly claimId: string;
  readonly pipeline: string;
  readonly number: number;
  /** The builder continues here. */
  readonly positionAfter: BuildPosition;
  /** The claim's last batch: nothing is inserted after it. */
  readonly last: boolean;
  /** The blob of the batch file; null when there is nothing to send. */
  readonly file: string | null;
  readonly fileBytes: number;
  /** The blob of the manifest (see `ManifestLine`). */
  readonly manifest: string;
  /** The provider's URL path: `/v1/embeddings`. */
  readonly url: string;
  readonly model: string;
  readonly documents: number;
  readonly requests: number;
  readonly unrendered: number;
  /** An estimate. The provider's limit of enqueued tokens counts these. */
  readonly inputTokens: number;
  readonly completionWindow: '24h';
  readonly submission: Submission;
  readonly previousAttempts: readonly PreviousAttempt[];
  /** Provider batches of this batch that were found too late to be used. They were paid for. */
  readonly orphans: readonly OrphanedBatch[];
  readonly provider: ProviderBatchInfo | null;
  readonly cancelRequestedAt: Date | null;
  /** The command to give it up; missing or null: there was none. */
  readonly abandonment?: Abandonment | null;
  /** True once it was parked and then tried once more for the cancel of its run. */
  readonly isLastTry?: boolean;
  /** Missing or null: it does not stall. */
  readonly stall?: Stall | null;
  /** Missing or null: it is not held. */
  readonly held?: BatchHold | null;
  readonly reason: SettledReason | null;
  /** Why the provider, or a stage, ended it without results. */
  readonly failure: { readonly code: string; readonly message: string; readonly line: number | null } | null;
  readonly ingestion: Ingestion;
}

/** The next request to build: an index into the run's models and one into the claim's members. */
export interface BuildPosition {
  readonly model: number;
  readonly member: number;
}

/** How far the submission of a batch is. */
export interface Submission {
  /** 1 for the first. */
  readonly attempt: number;
  readonly fileId: string | null;
  /** By the provider's clock. */
  readonly fileCreatedAt: Date | null;
  /** Written before the create call: from then on a provider batch with this key may exist. */
  readonly armed: ArmedKey | null;
  /**
   * When the input file of an armed batch that no list showed was deleted, so that a late create call cannot use it.
   */
  readonly fileDeletedAt: Date | null;
}

/** A key that was stored before its create call. */
export interface ArmedKey {
  readonly key: string;
  readonly deadline: Date;
  /** The account for which the call was made; missing in records of earlier versions. */
  readonly account?: AccountInfo;
}

/** An earlier submission of the batch, which the provider ended or refused. */
export interface PreviousAttempt {
  readonly key: string | null;
  readonly providerBatchId: string | null;
}

/** A provider batch of this batch whose results are not used. */
export interface OrphanedBatch {
  readonly providerBatchId: string;
  /** Requests that it had completed, which were paid for. */
  readonly completed: number;
  readonly at: Date;
}

/** The submission of a new batch. */
export const notSubmitted: Submission = {
  attempt: 1,
  fileId: null,
  fileCreatedAt: null,
  armed: null,
  fileDeletedAt: null,
};

type NewBatch = Pick<
  Batch,
  | 'runId'
  | 'claimId'
  | 'pipeline'
  | 'number'
  | 'positionAfter'
  | 'last'
  | 'file'
  | 'fileBytes'
  | 'manifest'
  | 'url'
  | 'model'
  | 'documents'
  | 'requests'
  | 'unrendered'
  | 'inputTokens'
  | 'completionWindow'
  | 'traceparent'
>;

/** The batches of all runs. */
export class Batches extends RecordsOfRun<Batch> {
  readonly activeStates = active;
  protected readonly indexes = [{ keys: { claimId: 1 } } as const, { keys: { runId: 1, state: 1 } } as const];

  constructor(store: Store, clock: Clock) {
    super(store.collection<Batch>('batches'), clock);
  }

  idIn(event: Event): string | null {
    return 'batchId' in event && typeof event.batchId === 'string' ? event.batchId : null;
  }

  /** The id of a claim's batch by its number, from 1. */
  idOf(claimId: string, number: number): string {
    return `${claimId}.b${number}`;
  }

  /** A new batch, not yet inserted: built, or settled at once when there is nothing to send. */
  new({ traceparent, ...built }: NewBatch): Batch {
    const state = built.file === null ? 'settled' : 'built';
    return {
      ...freshWork<BatchState>(this.idOf(built.claimId, built.number), state, { now: this.clock.now(), traceparent }),
      ...built,
      submission: notSubmitted,
      previousAttempts: [],
      orphans: [],
      provider: null,
      cancelRequestedAt: null,
      reason: state === 'settled' ? 'nothing-to-send' : null,
      failure: null,
      ingestion: notIngested,
    };
  }

  /** The batches that were created last, the newest first; of one run when it is named. */
  latest(limit: number, runId?: string): AsyncIterable<Batch> {
    return this.collection.find(runId === undefined ? {} : { runId }, { sort: { createdAt: -1 }, limit });
  }

  /** The batch of a claim that was built last; null when there is none. */
  async lastOfClaim(claimId: string): Promise<Batch | null> {
    return this.collection.findOne({ claimId }, { sort: { number: -1 } });
  }

  /** The batch whose current provider batch has this id; null when there is none. */
  async ofProviderBatch(providerBatchId: string): Promise<Batch | null> {
    return this.collection.findOne({ 'provider.providerBatchId': providerBatchId });
  }

  /** How many batches of a claim are not ingested. */
  async countUningested(claimId: string): Promise<number> {
    return this.collection.count({ claimId, state: { $in: active } });
  }

  /** The first error of one of a run's batches that have one; null when none has. */
  async firstErrorOfRun(runId: string): Promise<string | null> {
    const batch = await this.collection.findOne({ runId, 'ingestion.firstError': { $ne: null } });
    return batch?.ingestion.firstError ?? null;
  }

  /** Records an orphan that was paid for. False: it is recorded already, or there is no such batch. */
  async recordOrphan(id: string, orphan: Omit<OrphanedBatch, 'at'>): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, 'orphans.providerBatchId': { $ne: orphan.providerBatchId } },
      { $push: { orphans: { ...orphan, at: this.clock.now() } } },
    );
    return matched === 1;
  }

  /** Records the command and makes the batch due. False: there is no such batch, or it has settled. */
  async requestCancel(id: string): Promise<boolean> {
    return (await this.#requestCancelWhere({ _id: id })) > 0;
  }

  /**
   * Records the command for every batch of a run that has not settled, and makes them due. What is parked is tried once more,
   * also results.
   */
  async requestCancelOfRun(runId: string): Promise<void> {
    await this.#requestCancelWhere({ runId });
    await this.collection.updateMany(
      { runId, state: { $in: active }, parked: true, isLastTry: { $ne: true } },
      { $set: { isLastTry: true, ...this.dueNow() }, $inc: { signals: 1 } },
    );
  }

  /** Records the command and makes the batch due, even if parked. False: there is no such batch, or it is ingested. */
  async requestAbandon(id: string, { fail }: Pick<Abandonment, 'fail'>): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state: { $in: active } },
      { $set: { abandonment: { requestedAt: this.clock.now(), fail }, ...this.dueNow() }, $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** Makes a submitted or settled batch due now. False: there is no such batch, or it is in another state. */
  async requestProcess(id: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { _id: id, state: { $in: ['submitted', 'settled'] } },
      { $set: this.dueNow(), $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** Repeating the command does not make a batch due again. Returns the number of batches that it applies to. */
  async #requestCancelWhere(which: { _id: string } | { runId: string }): Promise<number> {
    const live = { ...which, state: { $in: unsettled } };
    await this.collection.updateMany(
      { ...live, cancelRequestedAt: null },
      { $set: { cancelRequestedAt: this.clock.now(), ...this.dueNow() }, $inc: { signals: 1 } },
    );
    return this.collection.count(live);
  }
}

import type { Clock, CompletionWindow, Event, SettledReason } from '@batchmill/contracts';
import type { AccountInfo } from '@batchmill/provider';
import type { Store } from '@batchmill/store';
import { notIngested, type Ingestion } from './ingestion.js';
import type { Held } from './held.js';
import type { ProviderBatchInfo } from './provider-batch-info.js';
import { notReprocessed, type Reprocessing } from './reprocessing.js';
import type { Abandonment, BatchHold, Stall } from './stalled-batch.js';
import { RecordsOfRun } from './work/records-of-run.js';
import type { Transition } from './work/transition.js';
import { freshWork, type WorkRecord } from './work/work-record.js';

const unsettled = ['built', 'submitted'] as const;
const active = [...unsettled, 'settled', 'reprocessing'] as const;

/**
 * Every state of a batch, in the order in which a batch passes through them. reprocessing: it was ingested, and the answers that
 * it keeps are taken through the pipeline once more. Then it is ingested again.
 */
export const batchStates = [...unsettled, 'settled', 'ingested', 'reprocessing'] as const;
export type BatchState = (typeof batchStates)[number];
/** The states in which the provider has work to do on a batch, now or later. */
export const unsettledBatchStates: readonly BatchState[] = unsettled;

/** One batch file and the provider batch that is made of it. */
export interface Batch extends WorkRecord<BatchState> {
  readonly runId: string;
  readonly claimId: string;
  /** The name of the claim on its documents. Missing in a batch of an earlier version: read it with `claimMarkOf`. */
  readonly claimMark?: string;
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
  readonly completionWindow: CompletionWindow;
  readonly submission: Submission;
  /** Every upload that ended with a file. Missing in a batch of an earlier version. */
  readonly uploads?: readonly FinishedUpload[];
  readonly previousAttempts: readonly PreviousAttempt[];
  /** Provider batches of this batch that were found too late to be used. They were paid for. */
  readonly orphans: readonly OrphanedBatch[];
  /** Ids of provider batches and input files of this batch that were taken to be cancelled or deleted. */
  readonly removed?: readonly string[];
  readonly provider: ProviderBatchInfo | null;
  /** Why the provider does not take the batch now; null: it has not refused it. */
  readonly held: Held | null;
  readonly cancelRequestedAt: Date | null;
  /** The command to give it up; missing or null: there was none. */
  readonly abandonment?: Abandonment | null;
  /** True once it was parked and then tried once more for the cancel of its run. */
  readonly isLastTry?: boolean;
  /** Missing or null: it does not stall. */
  readonly stall?: Stall | null;
  /** The account under which it was sent, while the present key does not see it; missing or null: it does. */
  readonly otherAccount?: BatchHold | null;
  readonly reason: SettledReason | null;
  /** Why the provider, or a stage, ended it without results. */
  readonly failure: { readonly code: string; readonly message: string; readonly line: number | null } | null;
  readonly ingestion: Ingestion;
  /** The last one; missing or null: there was none. */
  readonly reprocessing?: Reprocessing | null;
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
  /**
   * Written before the upload, which puts it into the file's name: from then on a file with this key may exist. Null, or
   * missing in a batch of an earlier version, when no upload is under way.
   */
  readonly uploadKey?: string | null;
  /** Since when the provider processes the file, by our clock; null or missing: a batch can be created of it. */
  readonly filePendingSince?: Date | null;
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

/** An earlier submission of the batch, which the provider ended, or of which it never showed a provider batch. */
export interface PreviousAttempt {
  readonly key: string | null;
  /** Null: no provider batch with that key was found, and the key was given up. */
  readonly providerBatchId: string | null;
}

/** An upload by its key, and the file that was kept of it. The upload may have left others: a client repeats it. */
export interface FinishedUpload {
  readonly key: string;
  readonly fileId: string;
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
  uploadKey: null,
  filePendingSince: null,
  armed: null,
  fileDeletedAt: null,
};

/** The name of a batch's claim on the documents. */
export function claimMarkOf({ claimId, claimMark }: Pick<Batch, 'claimId' | 'claimMark'>): string {
  return claimMark ?? claimId;
}

/** The name of a batch on the documents of which it keeps answers. */
export function batchMarkOf(batch: Pick<Batch, 'claimId' | 'claimMark' | 'number'>): string {
  return `${claimMarkOf(batch)}.b${batch.number}`;
}

type NewBatch = Pick<
  Batch,
  | 'runId'
  | 'claimId'
  | 'claimMark'
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
      held: null,
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

  /** The batches of a claim, in no order. */
  ofClaim(claimId: string): AsyncIterable<Batch> {
    return this.collection.find({ claimId });
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

  /** The batches that the provider failed or refused because of the account. They are submitted again. */
  heldByAccount(): AsyncIterable<Batch> {
    return this.collection.find({ state: { $in: unsettled }, 'held.about': 'account' });
  }

  /**
   * Takes a provider batch whose key was given up, or that was given up as lost, so that it may be cancelled. False: the
   * record does not say that of it.
   */
  async takeOrphan(id: string, { key, providerBatchId }: { key: string; providerBatchId: string }): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      {
        _id: id,
        $or: [
          {
            previousAttempts: { $elemMatch: { key, providerBatchId: null } },
            'provider.providerBatchId': { $ne: providerBatchId },
          },
          {
            reason: 'lost',
            $or: [{ 'provider.providerBatchId': providerBatchId }, { 'submission.armed.key': key }],
          },
        ],
      },
      { $addToSet: { removed: providerBatchId } },
    );
    return matched === 1;
  }

  /**
   * Takes an input file that the batch does not use any more, so that it may be deleted. `key` is that of its upload, null
   * for a file of an earlier version. False: the record does not say that of the file.
   */
  async takeOrphanedFile(id: string, { key, fileId }: { key: string | null; fileId: string }): Promise<boolean> {
    const isOurs =
      key === null
        ? { state: 'ingested' }
        : { $or: [{ 'uploads.key': key }, { 'submission.uploadKey': key, state: { $nin: unsettled } }] };
    const isUnused = {
      $or: [{ state: 'ingested' }, { 'submission.fileId': { $ne: fileId }, 'provider.inputFileId': { $ne: fileId } }],
    };
    const { matched } = await this.collection.updateOne(
      { $and: [{ _id: id }, isOurs, isUnused] },
      { $addToSet: { removed: fileId } },
    );
    return matched === 1;
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

  /**
   * Makes the submitted batch of a provider batch due now. False: there is none, or it is parked. A backoff is kept, because
   * it is of our own work.
   */
  async makeProviderBatchDue(providerBatchId: string): Promise<boolean> {
    const { matched } = await this.collection.updateOne(
      { state: 'submitted', parked: false, 'provider.providerBatchId': providerBatchId },
      { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } },
    );
    return matched === 1;
  }

  /** The transition that makes an ingested batch due to be reprocessed. It changes nothing in another state. */
  requestReprocess(id: string): Transition<never> {
    return this.transition(id, { from: 'ingested', to: 'reprocessing', changes: { reprocessing: notReprocessed } });
  }

  /** A run's batches that keep answers, in the order of their creation. */
  keepingOfRun(runId: string): AsyncIterable<Batch> {
    return this.collection.find({ runId, 'ingestion.kept': { $gt: '' } }, { sort: { createdAt: 1 } });
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

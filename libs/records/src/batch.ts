import type { CompletionWindow } from '@batchmill/contracts';
import type { SettledReason } from '@batchmill/contracts/events';
import type { WorstUsage } from '@batchmill/models';
import type { AccountInfo } from '@batchmill/provider';
import type { Held } from './held.js';
import type { IdleBatch } from './idle/idle-batch.js';
import type { SeenProgress } from './idle/seen-progress.js';
import type { Ingestion } from './ingestion.js';
import type { ProviderBatchInfo } from './provider-batch-info.js';
import type { Reprocessing } from './reprocessing.js';
import type { Abandonment, BatchHold, Stall } from './stalled-batch.js';
import type { WorkRecord } from './work/work-record.js';

const unsettled = ['built', 'submitted'] as const;
/**
 * Every state of a batch, in the order in which a batch passes through them. reprocessing: it was ingested, and the answers that
 * it keeps are taken through the pipeline once more. Then it is ingested again.
 */
export const batchStates = [...unsettled, 'settled', 'ingested', 'reprocessing'] as const;
export type BatchState = (typeof batchStates)[number];
/** The states in which the provider has work to do on a batch, now or later. */
export const unsettledBatchStates: readonly BatchState[] = unsettled;
/** The states in which any stage has work to do on a batch. */
export const activeBatchStates: readonly BatchState[] = [...unsettled, 'settled', 'reprocessing'];

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
  /** The model that it stands for. Missing in a batch of an earlier version. */
  readonly baseModel?: string;
  readonly documents: number;
  /** The lines of the batch file. */
  readonly requests: number;
  /** Requests of its documents that are not in the batch file, because they have an answer or share one. Missing: there are none. */
  readonly reuse?: BatchReuse;
  readonly unrendered: number;
  /**
   * Why the run goes no further: none of the documents that it begins with could be asked, and then the batch is its claim's last one;
   * or the batch did not fit into a spending limit. The claim's other documents stay pending. Missing: the run goes on.
   */
  readonly stopsRun?: string;
  /** An estimate. The provider's limit of enqueued tokens counts these. */
  readonly inputTokens: number;
  /** What its requests use at most. Missing in a batch of an earlier version. */
  readonly worst?: WorstUsage;
  /** What is reserved for it, until its cost is known; missing or null: nothing was. */
  readonly spending?: BatchSpending | null;
  /** Missing or null: it goes through the provider's queue. */
  readonly synchronous?: SynchronousLane | null;
  /** True: a spending limit had no room for the synchronous price, so that no deadline takes it out of the queue. Missing: no. */
  readonly staysQueued?: boolean;
  /** When it was taken out of the provider's queue: for the deadline of its run, or as idle. Missing or null: it was not. */
  readonly overtakenAt?: Date | null;
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
  /** True where the answer to the create call was lost, and the provider batch was found. Missing in a batch of an earlier version. */
  readonly adopted?: boolean;
  /** Why the provider does not take the batch now; null: it has not refused it. */
  readonly held: Held | null;
  readonly cancelRequestedAt: Date | null;
  /** The command to give it up; missing or null: there was none. */
  readonly abandonment?: Abandonment | null;
  /** True once it was parked and then tried once more for the cancel of its run. */
  readonly isLastTry?: boolean;
  /** Missing or null: it does not stall. */
  readonly stall?: Stall | null;
  /** While the provider works on it; missing or null else. */
  readonly progress?: SeenProgress | null;
  /** Missing or null: it is not idle. One that has ended keeps what it was last. */
  readonly idle?: IdleBatch | null;
  /** The account under which it was sent, while the present key does not see it; missing or null: it does. */
  readonly otherAccount?: BatchHold | null;
  readonly reason: SettledReason | null;
  /** Why the provider, or a stage, ended it without results. */
  readonly failure: { readonly code: string; readonly message: string; readonly line: number | null } | null;
  readonly ingestion: Ingestion;
  /** The provider's files that could not be deleted when the batch was ingested; missing: none. A sweep deletes them. */
  readonly leftFiles?: readonly string[];
  /** True: our copy of the batch file is deleted, since nothing reads it any more. Missing: it is there, if it was ever written. */
  readonly isFileDeleted?: true;
  /** When the manifest, the archive and the kept answers were deleted. Missing: they are there, as far as they were written. */
  readonly textsDeletedAt?: Date;
  /** The last one; missing or null: there was none. */
  readonly reprocessing?: Reprocessing | null;
  /** Blobs that it does not name elsewhere any more. They are deleted; should a process die meanwhile, by the next one. */
  readonly leftBlobs?: readonly string[];
}

/** Requests of a batch that are not sent. */
export interface BatchReuse {
  /** The blob of result lines with answers to earlier requests; null: there are none. */
  readonly file: string | null;
  /** How many lines it has. */
  readonly answers: number;
  /** Requests that are the same as one in the batch file, or for the same text as one of another document of the run, and take its answer. */
  readonly copies: number;
  /** Documents of which no request is sent. */
  readonly freeDocuments: number;
}

/** How far the requests of a batch are that are sent to the synchronous endpoints, because a deadline would be missed. */
export interface SynchronousLane {
  readonly startedAt: Date;
  /** By how much more it costs than as a batch, as was said before, in nano-dollars; null: not known. */
  readonly announcedNanoUsd: number | null;
  /** The blobs of the result lines so far, in order. */
  readonly parts: readonly string[];
  /** Bytes of the batch file of which the requests are answered. */
  readonly offset: number;
  /** The end of the requests that are being sent: from then on they may be billed. Null: none are. */
  readonly sendingTo: number | null;
  /** Requests that were sent and of which no answer came: they may be billed. */
  readonly unclear: number;
}

/** The money that is set aside for a batch, in every scope that counts it. Written before it is reserved. */
export interface BatchSpending {
  /** The records of the scopes (see `scopeId`). */
  readonly scopes: readonly string[];
  readonly nanoUsd: number;
  /** The fence of the lease under which it was reserved. */
  readonly fence: number;
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

/** All requests of a batch, those that are not sent as well. */
export function allRequestsOf({ requests, reuse }: Pick<Batch, 'requests' | 'reuse'>): number {
  return requests + (reuse === undefined ? 0 : reuse.answers + reuse.copies);
}

/** The requests of a batch that the provider answers, alone or with others that are the same. */
export function askedRequestsOf({ requests, reuse }: Pick<Batch, 'requests' | 'reuse'>): number {
  return requests + (reuse?.copies ?? 0);
}

/** The documents of a batch that have a request in its file: fewer of these make a smaller file. */
export function sentDocumentsOf({ documents, reuse }: Pick<Batch, 'documents' | 'reuse'>): number {
  return documents - (reuse?.freeDocuments ?? 0);
}

/** The name of a batch's claim on the documents. */
export function claimMarkOf({ claimId, claimMark }: Pick<Batch, 'claimId' | 'claimMark'>): string {
  return claimMark ?? claimId;
}

/** The name of a batch on the documents of which it keeps answers. */
export function batchMarkOf(batch: Pick<Batch, 'claimId' | 'claimMark' | 'number'>): string {
  return `${claimMarkOf(batch)}.b${batch.number}`;
}

import type { SettledReason } from '@batchmill/contracts/events';
import { allRequestsOf, type Batch, type BatchState } from '@batchmill/records';
import type { Engine } from '../engine.js';
import { waitingOf } from './waiting.js';

/** A batch as commands show it and as `--json` prints it. */
export interface BatchReport {
  readonly batchId: string;
  readonly providerBatchId: string | null;
  /**
   * Our state. While the batch is submitted, with that of the provider, and with `idle` where it is. While the provider processes the input file, with
   * `file pending`. Of a settled batch: the reason, with `no result file yet` while the provider has yet to show its results.
   */
  readonly status:
    | BatchState
    | 'built (file pending)'
    | `submitted (${string})`
    | SettledReason
    | `${SettledReason} (no result file yet)`
    | 'parked'
    | 'held';
  readonly totalDocuments: number;
  readonly totalRequests: number;
  readonly completedRequests: number;
  readonly failedRequests: number;
  /** Answers that came and could not be used. */
  readonly unusableAnswers: number;
  /** Of these, the answers that a reprocessing used after all. */
  readonly reprocessedAnswers: number;
  /** Lines of the result files that are no result of this batch. */
  readonly unknownLines: number;
  /** Further results of requests that had one. */
  readonly duplicateLines: number;
  /** Where such answers and unknown lines are kept; null when there are none. */
  readonly keptFile: string | null;
  /** Null: there is nothing to send, or our copy is deleted, since its answers are stored. */
  readonly inputFile: string | null;
  /** When its manifest, archive and kept answers were deleted; null: they were not. */
  readonly textsDeletedAt: string | null;
  readonly createdAt: string;
  readonly submittedAt: string | null;
  /** Since when none of its requests has ended, while it is idle; null: it is not. */
  readonly idleSince: string | null;
  readonly endedAt: string | null;
  readonly metadata: Readonly<Record<string, string | number>>;
  readonly error: string | null;
}

export function reportBatch({ blobs }: Pick<Engine, 'blobs'>, batch: Batch): BatchReport {
  const { provider, ingestion, submission, failure } = batch;
  return {
    batchId: batch._id,
    providerBatchId: provider?.providerBatchId ?? null,
    status: statusOf(batch),
    totalDocuments: batch.documents,
    totalRequests: allRequestsOf(batch),
    completedRequests: isIngested(batch) ? ingestion.succeeded : (provider?.counts.completed ?? 0),
    failedRequests: isIngested(batch) ? ingestion.failed : (provider?.counts.failed ?? 0),
    unusableAnswers: ingestion.unusableAnswers ?? 0,
    reprocessedAnswers: batch.reprocessing?.requests ?? 0,
    unknownLines: ingestion.unknown,
    duplicateLines: ingestion.duplicates,
    keptFile: ingestion.kept == null ? null : blobs.placeOf(ingestion.kept),
    inputFile: batch.file === null || batch.isFileDeleted === true ? null : blobs.placeOf(batch.file),
    textsDeletedAt: batch.textsDeletedAt?.toISOString() ?? null,
    createdAt: batch.createdAt.toISOString(),
    submittedAt: provider?.submittedAt.toISOString() ?? null,
    idleSince: batch.state === 'submitted' ? (batch.idle?.since.toISOString() ?? null) : null,
    endedAt: provider?.endedAt?.toISOString() ?? null,
    metadata: {
      runId: batch.runId,
      claimId: batch.claimId,
      pipeline: batch.pipeline,
      model: batch.model,
      endpoint: batch.url,
      attempt: submission.attempt,
      inputTokens: batch.inputTokens,
    },
    error: batch.error?.message ?? waitingOf(batch)?.message ?? failure?.message ?? ingestion.firstError,
  };
}

function isIngested({ state }: Batch): boolean {
  return state === 'ingested' || state === 'reprocessing';
}

function statusOf({
  state,
  parked,
  provider,
  submission,
  ingestion,
  reason,
  otherAccount,
  idle,
}: Batch): BatchReport['status'] {
  if (parked) return 'parked';
  if (otherAccount != null) return 'held';
  if (state === 'built' && submission.filePendingSince != null) return 'built (file pending)';
  if (state === 'submitted' && provider !== null) {
    return `submitted (${provider.unknownState ?? provider.state}${idle == null ? '' : ', idle'})`;
  }
  if (state === 'settled' && reason !== null) {
    return ingestion.fileMissingSince == null ? reason : `${reason} (no result file yet)`;
  }
  return state;
}

import type { SettledReason } from '@batchmill/contracts';
import { describeHold, type Batch, type BatchState } from '@batchmill/records';
import type { Engine } from '../engine.js';

/** A batch as commands show it and as `--json` prints it. */
export interface BatchReport {
  readonly batchId: string;
  readonly providerBatchId: string | null;
  /** Our state, with that of the provider while the batch is submitted. Of a settled batch: the reason. */
  readonly status: BatchState | `submitted (${string})` | SettledReason | 'parked' | 'held';
  readonly totalDocuments: number;
  readonly totalRequests: number;
  readonly completedRequests: number;
  readonly failedRequests: number;
  readonly inputFile: string | null;
  readonly createdAt: string;
  readonly submittedAt: string | null;
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
    totalRequests: batch.requests,
    completedRequests: batch.state === 'ingested' ? ingestion.succeeded : (provider?.counts.completed ?? 0),
    failedRequests: batch.state === 'ingested' ? ingestion.failed : (provider?.counts.failed ?? 0),
    inputFile: batch.file === null ? null : blobs.placeOf(batch.file),
    createdAt: batch.createdAt.toISOString(),
    submittedAt: provider?.submittedAt.toISOString() ?? null,
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
    error:
      batch.error?.message ??
      (batch.held == null ? null : describeHold(batch, batch.held)) ??
      failure?.message ??
      ingestion.firstError,
  };
}

function statusOf({ state, parked, held, provider, reason }: Batch): BatchReport['status'] {
  if (parked) return 'parked';
  if (held != null) return 'held';
  if (state === 'submitted' && provider !== null) return `submitted (${provider.state})`;
  if (state === 'settled' && reason !== null) return reason;
  return state;
}

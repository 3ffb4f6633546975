import { isSettled } from './batch.js';
import type { Batch } from './batch.js';

/** A batch as the provider shows it (API reference, "The Batch object"). */
export function presentBatch(batch: Batch): object {
  const { progress, times } = batch;
  const settled = isSettled(batch.status);
  const validated = times.in_progress !== undefined;
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    model: batch.model,
    errors: batch.errors === null ? null : { object: 'list', data: batch.errors },
    input_file_id: batch.inputFileId,
    completion_window: '24h',
    status: batch.status,
    output_file_id: settled && progress.outputBytes > 0 ? batch.outputFileId : null,
    error_file_id: settled && progress.errorBytes > 0 ? batch.errorFileId : null,
    created_at: Math.floor(batch.createdMs / 1000),
    in_progress_at: seconds(times.in_progress),
    expires_at: Math.floor(batch.expiresMs / 1000),
    finalizing_at: seconds(times.finalizing),
    completed_at: seconds(times.completed),
    failed_at: seconds(times.failed),
    expired_at: seconds(times.expired),
    cancelling_at: seconds(times.cancelling),
    cancelled_at: seconds(times.cancelled),
    request_counts: validated
      ? { total: progress.total, completed: progress.completed, failed: progress.failed }
      : { total: 0, completed: 0, failed: 0 },
    metadata: batch.metadata,
    usage:
      settled && batch.status !== 'failed'
        ? {
            input_tokens: progress.inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: progress.outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: progress.inputTokens + progress.outputTokens,
          }
        : null,
  };
}

function seconds(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.floor(ms / 1000);
}

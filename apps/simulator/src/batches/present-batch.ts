import { presentTime } from '../http/present-time.js';
import { isSettled } from './batch.js';
import type { Batch } from './batch.js';

/** A batch as the provider shows it (API reference, "The Batch object"), or as its faults say. */
export function presentBatch(batch: Batch, nowMs: number): object {
  const { progress, times, faults } = batch;
  const settled = isSettled(batch.status);
  const time = (ms: number | undefined): number | string | null => presentTime(ms, faults.times);
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    model: batch.model,
    errors: shownErrors(batch),
    input_file_id: batch.inputFileId,
    completion_window: batch.completionWindow ?? '24h',
    status: shownStatus(batch),
    output_file_id: shownFileId(batch, batch.outputFileId, progress.outputBytes, nowMs),
    error_file_id: shownFileId(batch, batch.errorFileId, progress.errorBytes, nowMs),
    created_at: time(batch.createdMs),
    in_progress_at: time(times.in_progress),
    expires_at: time(batch.expiresMs),
    finalizing_at: time(times.finalizing),
    completed_at: time(times.completed),
    failed_at: time(times.failed),
    expired_at: time(times.expired),
    cancelling_at: time(times.cancelling),
    cancelled_at: time(times.cancelled),
    request_counts: shownCounts(batch),
    metadata: batch.metadata,
    usage:
      settled && batch.status !== 'failed'
        ? {
            input_tokens: progress.inputTokens,
            input_tokens_details: { cached_tokens: progress.cachedTokens ?? 0 },
            output_tokens: progress.outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: progress.inputTokens + progress.outputTokens,
          }
        : null,
  };
}

function shownCounts({ times, status, faults, progress: { total, completed, failed } }: Batch): object {
  if (times.in_progress === undefined) return { total: 0, completed: 0, failed: 0 };
  if (faults.noCounts === true && !isSettled(status)) return { total, completed: 0, failed: 0 };
  return { total, completed, failed };
}

function shownErrors({ errors, faults }: Batch): unknown {
  if (faults.errorsAs === 'text') return (errors ?? []).map(({ message }) => message).join('\n');
  return errors === null || faults.errorsAs === 'list' ? errors : { object: 'list', data: errors };
}

function shownStatus({ status, faults }: Batch): string {
  const word = status === 'in_progress' ? (faults.ownState ?? status) : status;
  return faults.upperCase === true ? word.toUpperCase() : word;
}

/** Only of a settled batch, and only when the file is not empty. */
function shownFileId({ status, faults, changedMs }: Batch, id: string, bytes: number, nowMs: number): string | null {
  const isShown = isSettled(status) && bytes > 0 && nowMs >= changedMs + (faults.lateFilesSeconds ?? 0) * 1000;
  if (isShown) return id;
  return faults.emptyIds === true ? '' : null;
}

import type { Log } from '@batchmill/telemetry';
import type { NotificationPayload } from '@batchmill/records';

/** Logs a notification: as WARN when something failed, was rejected or was missed, else as INFO. */
export function logNotification(log: Log, payload: NotificationPayload): void {
  const { type, summary, runId, batchId, providerBatchId, pipeline, status, documents, counts, usd, error } = payload;
  const fields = {
    operation: 'notifier',
    notificationType: type,
    runId,
    batchId,
    providerBatchId,
    pipeline,
    status,
    ...(documents !== null && { documents }),
    counts,
    usd,
    error,
  };
  const isWarning =
    type === 'batch.failed' ||
    type === 'batch.held' ||
    type === 'work.parked' ||
    ['rejected', 'incomplete', 'missed'].includes(status);
  if (isWarning) log.warn(summary, fields);
  else log.info(summary, fields);
}

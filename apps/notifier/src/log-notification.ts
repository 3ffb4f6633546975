import type { Log } from '@batchmill/telemetry';
import type { NotificationPayload } from '@batchmill/records';

/** WARN for what did not go as it should; what people make of it is theirs. */
export function logNotification(log: Log, payload: NotificationPayload): void {
  const { type, summary, runId, batchId, providerBatchId, pipeline, status, documents, counts, usd, error } = payload;
  const fields = {
    operation: 'notifier',
    told: type,
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
  const isTrouble =
    type === 'batch.failed' || type === 'work.parked' || ['rejected', 'incomplete', 'missed'].includes(status);
  if (isTrouble) log.warn(summary, fields);
  else log.info(summary, fields);
}

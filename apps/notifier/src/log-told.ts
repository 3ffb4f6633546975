import type { Log } from '@batchmill/telemetry';
import type { Told } from '@batchmill/records';

/** WARN for what did not go as it should; what people make of it is theirs. */
export function logTold(log: Log, told: Told): void {
  const { type, summary, runId, batchId, providerBatchId, pipeline, status, documents, counts, usd, error } = told;
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
    type === 'batch.failed' || type === 'work.stuck' || ['rejected', 'incomplete', 'missed'].includes(status);
  if (isTrouble) log.warn(summary, fields);
  else log.info(summary, fields);
}

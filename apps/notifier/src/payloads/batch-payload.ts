import type { DocumentsRetryScheduled, ResultsIngested, SettledReason } from '@batchmill/contracts';
import type { Batch, NotificationPayload } from '@batchmill/records';

type BatchFact = ResultsIngested | DocumentsRetryScheduled;

/** What is told when the answers of a batch are stored; null when it held nothing that anybody waits for. */
export function payloadOfResults(event: ResultsIngested, batch: Batch | null, at: Date): NotificationPayload | null {
  const { requests, succeeded, failed, retried: pending, documents, usd, error } = event;
  const counts = countsFrom({ requests, succeeded, failed, pending });
  const { total } = counts;
  const status = batch?.reason ?? 'completed';
  const type = occasionOf(status, failed);
  if (type === null) return null;
  const ended = `Batch ${event.batchId} ${endOf[status]}`;
  const counted = `${succeeded} of ${total} requests succeeded, ${failed} failed, ${pending} to be asked again`;
  return {
    ...idsOf(event, batch, at),
    type,
    status,
    summary: `${ended}: ${counted}`,
    documents,
    counts,
    usd,
    error,
  };
}

export function payloadOfRetry(event: DocumentsRetryScheduled, batch: Batch | null, at: Date): NotificationPayload {
  const { documents, notBefore, batchId } = event;
  return {
    ...idsOf(event, batch, at),
    type: 'documents.retry-scheduled',
    status: 'retry-scheduled',
    summary: `Batch ${batchId}: what was not answered is asked again, not before ${notBefore}`,
    documents,
    counts: countsOf(batch),
    usd: null,
    error: batch?.ingestion.firstError ?? null,
  };
}

function countsOf(batch: Batch | null): NotificationPayload['counts'] {
  if (batch === null) return null;
  const { succeeded, failed, retried: pending } = batch.ingestion;
  return countsFrom({ requests: batch.requests, succeeded, failed, pending });
}

/** What failed before it could be asked is in no file, and counts all the same. */
function countsFrom({
  requests,
  ...counts
}: Readonly<Record<'requests' | 'succeeded' | 'failed' | 'pending', number>>): NonNullable<
  NotificationPayload['counts']
> {
  const known = counts.succeeded + counts.failed + counts.pending;
  return { of: 'requests', total: Math.max(requests, known), ...counts };
}

function idsOf({ runId, batchId }: BatchFact, batch: Batch | null, at: Date) {
  const providerBatchId = batch?.provider?.batchId ?? null;
  return { timestamp: at.toISOString(), runId, batchId, providerBatchId, pipeline: batch?.pipeline ?? null };
}

function occasionOf(
  reason: SettledReason,
  failed: number,
): 'batch.completed' | 'batch.failed' | 'batch.cancelled' | null {
  switch (reason) {
    case 'completed':
      return 'batch.completed';
    case 'failed':
    case 'expired':
    case 'too-large':
      return 'batch.failed';
    case 'cancelled':
    case 'never-sent':
      return 'batch.cancelled';
    case 'nothing-to-send':
      return failed > 0 ? 'batch.failed' : null;
  }
}

const endOf: Readonly<Record<SettledReason, string>> = {
  completed: 'is completed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'was cancelled',
  'nothing-to-send': 'had nothing to send',
  'never-sent': 'was cancelled before it was sent',
  'too-large': 'was too large to be sent',
};

import type {
  BatchHeld,
  BatchIdle,
  DocumentsRetryScheduled,
  ResultsIngested,
  SettledReason,
} from '@batchmill/contracts/events';
import { allRequestsOf, describeHold, type Batch, type NotificationPayload } from '@batchmill/records';

type BatchEvent = ResultsIngested | DocumentsRetryScheduled | BatchHeld | BatchIdle;

/** Null for a batch that had nothing to send and no failure: it is not worth a notification. */
export function payloadOfResults(event: ResultsIngested, batch: Batch | null, at: Date): NotificationPayload | null {
  const { requests, succeeded, failed, retried: pending, documents, usd, error } = event;
  const counts = countsFrom({ requests, succeeded, failed, pending });
  const { total } = counts;
  const status = batch?.reason ?? 'completed';
  const type = typeOf(status, failed);
  if (type === null) return null;
  const outcome = `Batch ${event.batchId} ${outcomeOf[status]}`;
  const counted = `${succeeded} of ${total} requests succeeded, ${failed} failed, ${pending} to be retried`;
  return {
    ...idsOf(event, batch, at),
    type,
    status,
    summary: `${outcome}: ${counted}`,
    documents,
    counts,
    usd,
    error,
  };
}

/** Null: the batch is not held any more. */
export function payloadOfHold(event: BatchHeld, batch: Batch | null, at: Date): NotificationPayload | null {
  if (batch?.otherAccount == null) return null;
  return {
    ...idsOf(event, batch, at),
    type: 'work.held',
    status: 'held',
    summary: `Batch ${event.batchId} waits for the key of the account under which it was sent`,
    documents: batch.documents,
    counts: null,
    usd: null,
    error: describeHold(batch, batch.otherAccount),
  };
}

export function payloadOfIdle(event: BatchIdle, batch: Batch | null, at: Date): NotificationPayload {
  const { batchId, since, isSentAgain } = event;
  const next = isSentAgain ? 'it is cancelled, and what it lacks is sent again' : 'it is left to the provider';
  const { completed = 0, failed = 0, total = 0 } = batch?.provider?.counts ?? {};
  const requests = batch?.requests ?? total;
  return {
    ...idsOf(event, batch, at),
    type: 'batch.idle',
    status: 'idle',
    summary: `Batch ${batchId} is idle: none of its requests has ended since ${since}; ${next}`,
    documents: batch?.documents ?? null,
    counts: countsFrom({ requests, succeeded: completed, failed, pending: Math.max(0, requests - completed - failed) }),
    usd: null,
    error: null,
  };
}

export function payloadOfRetry(event: DocumentsRetryScheduled, batch: Batch | null, at: Date): NotificationPayload {
  const { documents, notBefore, batchId } = event;
  return {
    ...idsOf(event, batch, at),
    type: 'documents.retry-scheduled',
    status: 'retry-scheduled',
    summary: `Batch ${batchId}: the unanswered requests are retried, not before ${notBefore}`,
    documents,
    counts: countsOf(batch),
    usd: null,
    error: batch?.ingestion.firstError ?? null,
  };
}

function countsOf(batch: Batch | null): NotificationPayload['counts'] {
  if (batch === null) return null;
  const { succeeded, failed, retried: pending } = batch.ingestion;
  return countsFrom({ requests: allRequestsOf(batch), succeeded, failed, pending });
}

/** A request that failed before it was sent is in no batch file, but it counts. */
function countsFrom({
  requests,
  ...counts
}: Readonly<Record<'requests' | 'succeeded' | 'failed' | 'pending', number>>): NonNullable<
  NotificationPayload['counts']
> {
  const counted = counts.succeeded + counts.failed + counts.pending;
  return { of: 'requests', total: Math.max(requests, counted), ...counts };
}

function idsOf({ runId, batchId }: BatchEvent, batch: Batch | null, at: Date) {
  const providerBatchId = batch?.provider?.providerBatchId ?? null;
  return { timestamp: at.toISOString(), runId, batchId, providerBatchId, pipeline: batch?.pipeline ?? null };
}

function typeOf(reason: SettledReason, failed: number): 'batch.completed' | 'batch.failed' | 'batch.cancelled' | null {
  switch (reason) {
    case 'completed':
      return 'batch.completed';
    case 'failed':
    case 'expired':
    case 'too-large':
    case 'lost':
      return 'batch.failed';
    case 'cancelled':
    case 'never-sent':
      return 'batch.cancelled';
    case 'nothing-to-send':
      return failed > 0 ? 'batch.failed' : null;
  }
}

const outcomeOf: Readonly<Record<SettledReason, string>> = {
  completed: 'completed',
  failed: 'failed',
  expired: 'expired',
  cancelled: 'was cancelled',
  'nothing-to-send': 'had nothing to send',
  'never-sent': 'was cancelled before it was sent',
  'too-large': 'was too large to be sent',
  lost: 'was given up as lost; the provider may still bill it',
};

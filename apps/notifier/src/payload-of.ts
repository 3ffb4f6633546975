import {
  BatchSettled,
  DocumentsRetryScheduled,
  ResultsIngested,
  RunAccepted,
  RunFinished,
  RunRejected,
  classOf,
  type Event,
} from '@batchmill/contracts';

export interface Payload extends Readonly<Record<string, unknown>> {
  readonly event: string;
  readonly timestamp: string;
  readonly runId: string | null;
  readonly batchId: string | null;
  readonly status: string;
  readonly counts: { readonly total: number; readonly succeeded: number; readonly failed: number } | null;
  readonly error: string | null;
}

/** What people are told of a fact: ids, status, counts, a summary of errors; never contents. */
export function payloadOf(event: Event, at: Date): Payload {
  const ids = {
    event: classOf(event).event,
    timestamp: at.toISOString(),
    runId: 'runId' in event ? String(event.runId) : null,
    batchId: 'batchId' in event ? String(event.batchId) : null,
  };
  return { ...ids, ...outcomeOf(event) };
}

function outcomeOf(event: Event): Pick<Payload, 'status' | 'counts' | 'error'> {
  if (event instanceof RunAccepted) return { status: 'running', counts: null, error: null };
  if (event instanceof RunRejected) return { status: 'rejected', counts: null, error: event.reason };
  if (event instanceof BatchSettled) {
    return { status: event.reason, counts: { total: event.requests, succeeded: 0, failed: 0 }, error: null };
  }
  if (event instanceof ResultsIngested) {
    const { requests: total, succeeded, failed, error } = event;
    return { status: 'ingested', counts: { total, succeeded, failed }, error };
  }
  if (event instanceof DocumentsRetryScheduled) {
    return { status: 'retry-scheduled', counts: { total: event.documents, succeeded: 0, failed: 0 }, error: null };
  }
  if (event instanceof RunFinished) {
    const { outcome: status, total, succeeded, failed } = event;
    return { status, counts: { total, succeeded, failed }, error: null };
  }
  return { status: 'told', counts: null, error: null };
}

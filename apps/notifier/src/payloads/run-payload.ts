import type {
  RunAccepted,
  RunFinished,
  RunProgressed,
  RunRejected,
  RunScheduleMissed,
} from '@batchmill/contracts/events';
import type { NotificationPayload } from '@batchmill/records';

export function payloadOfStart({ runId, pipeline, endpoint }: RunAccepted, at: Date): NotificationPayload {
  return {
    ...fieldsOf(runId, pipeline, at),
    type: 'run.started',
    status: 'running',
    summary: `Run ${runId} of ${pipeline} (${endpoint}) has started`,
    documents: null,
    counts: null,
    usd: null,
    error: null,
  };
}

export function payloadOfProgress(event: RunProgressed, at: Date): NotificationPayload {
  const { runId, pipeline, documents, requests, answered, failed, waitsFor, wait, forecast } = event;
  const waits = wait === null ? '' : `; it waits: ${wait}`;
  return {
    ...fieldsOf(runId, pipeline, at),
    type: 'run.progressed',
    status: waitsFor ?? 'running',
    summary: `Run ${runId} of ${pipeline}: ${answered} of ${requests} requests answered${waits}; ${forecast}`,
    documents,
    counts: { of: 'requests', total: requests, succeeded: answered, failed, pending: requests - answered - failed },
    usd: null,
    error: null,
  };
}

export function payloadOfRejection({ runId, pipeline, reason }: RunRejected, at: Date): NotificationPayload {
  return {
    ...fieldsOf(runId, pipeline, at),
    type: 'run.ended',
    status: 'rejected',
    summary: `Run ${runId} was rejected; nothing was spent`,
    documents: null,
    counts: null,
    usd: null,
    error: reason,
  };
}

/** For a scheduled run that was not started. */
export function payloadOfMissed(event: RunScheduleMissed, at: Date): NotificationPayload {
  const { runId, pipeline, dueAt, times, reason, previousRunId } = event;
  const more = times > 1 ? `, the last of ${times} in a row` : '';
  return {
    ...fieldsOf(runId, pipeline, at),
    type: 'run.ended',
    status: 'missed',
    summary: `The run of ${pipeline} that was due at ${dueAt}${more} was not started`,
    documents: null,
    counts: null,
    usd: null,
    error:
      reason === 'not-running' ? 'no process was running' : `the previous run ${previousRunId ?? ''} has not ended`,
  };
}

export function payloadOfEnd(event: RunFinished, error: string | null, at: Date): NotificationPayload {
  const { runId, pipeline, outcome, succeeded, failed, takenOver = 0, usd } = event;
  const total = event.total - takenOver;
  const pending = Math.max(0, total - succeeded - failed);
  const elsewhere = takenOver === 0 ? '' : `, ${takenOver} taken over by other runs`;
  const verb = { finished: 'finished', cancelled: 'was cancelled', incomplete: 'ended incomplete' }[outcome];
  return {
    ...fieldsOf(runId, pipeline, at),
    type: 'run.ended',
    status: outcome,
    summary: `Run ${runId} of ${pipeline} ${verb}: ${succeeded} of ${total} documents succeeded, ${failed} failed, ${pending} left${elsewhere}`,
    documents: total,
    counts: { of: 'documents', total, succeeded, failed, pending },
    usd,
    error,
  };
}

function fieldsOf(runId: string, pipeline: string | null, at: Date) {
  return { timestamp: at.toISOString(), runId, batchId: null, providerBatchId: null, pipeline };
}

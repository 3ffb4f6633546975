import type { RunAccepted, RunFinished, RunRejected } from '@batchmill/contracts';
import type { Told } from '@batchmill/records';

export function toldOfStart({ runId, pipeline, endpoint }: RunAccepted, at: Date): Told {
  return {
    ...ofRun(runId, pipeline, at),
    type: 'run.started',
    status: 'running',
    summary: `Run ${runId} of ${pipeline} (${endpoint}) has begun`,
    documents: null,
    counts: null,
    usd: null,
    error: null,
  };
}

export function toldOfRejection({ runId, pipeline, reason }: RunRejected, at: Date): Told {
  return {
    ...ofRun(runId, pipeline, at),
    type: 'run.ended',
    status: 'rejected',
    summary: `Run ${runId} was rejected; nothing was spent`,
    documents: null,
    counts: null,
    usd: null,
    error: reason,
  };
}

export function toldOfEnd(event: RunFinished, error: string | null, at: Date): Told {
  const { runId, pipeline, outcome, total, succeeded, failed, usd } = event;
  const pending = Math.max(0, total - succeeded - failed);
  const ended = { finished: 'is finished', cancelled: 'was cancelled', incomplete: 'ended incomplete' }[outcome];
  return {
    ...ofRun(runId, pipeline, at),
    type: 'run.ended',
    status: outcome,
    summary: `Run ${runId} of ${pipeline} ${ended}: ${succeeded} of ${total} documents succeeded, ${failed} failed, ${pending} left`,
    documents: total,
    counts: { of: 'documents', total, succeeded, failed, pending },
    usd,
    error,
  };
}

function ofRun(runId: string, pipeline: string | null, at: Date) {
  return { timestamp: at.toISOString(), runId, batchId: null, providerBatchId: null, pipeline };
}

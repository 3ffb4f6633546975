import type { WorkRecord } from '@batchmill/records';
import type { SpanOptions } from '@batchmill/telemetry';
import type { StageDefinition } from './stage-definition.js';

/** Who found that there is something to do. */
export type WokenBy = 'message' | 'clock';

/** Part of the record's own trace; what no message woke links to what it continues. */
export function spanOfWork(
  { stage, state }: { stage: StageDefinition; state: string },
  record: WorkRecord,
  by: WokenBy,
): SpanOptions {
  const { _id, runId, traceparent } = record;
  return {
    parent: traceparent,
    links: by === 'clock' && traceparent !== null ? [traceparent] : [],
    attributes: {
      'batchmill.stage': stage.name,
      'batchmill.state': state,
      'batchmill.record': _id,
      'batchmill.run': typeof runId === 'string' ? runId : _id,
      'batchmill.woken_by': by,
    },
  };
}

import type { WorkRecord } from '@batchmill/records';
import type { SpanOptions } from '@batchmill/telemetry';
import type { Work } from './work.js';

/** Who found that there is something to do. */
export type FoundBy = 'message' | 'clock';

/** Part of the record's own trace; what no message woke links to what it continues. */
export function spanOfWork<T extends WorkRecord>(
  { stage, state, records }: Pick<Work<T>, 'stage' | 'state' | 'records'>,
  record: T,
  by: FoundBy,
): SpanOptions {
  const { _id, traceparent } = record;
  const runId = records.runOf(record);
  return {
    parent: traceparent,
    links: by === 'clock' && traceparent !== null ? [traceparent] : [],
    attributes: {
      'batchmill.stage': stage.name,
      'batchmill.state': state,
      'batchmill.record': _id,
      'batchmill.found_by': by,
      ...(runId !== null && { 'batchmill.run': runId }),
    },
  };
}

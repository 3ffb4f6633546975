import type { NotificationPayload, WorkRecord } from '@batchmill/records';

export type ParkedIds = Pick<NotificationPayload, 'runId'> &
  Partial<Pick<NotificationPayload, 'batchId' | 'providerBatchId' | 'pipeline'>>;

/** For a run, a claim or a batch that was parked. */
export function payloadOfParked({ _id, error }: WorkRecord, ids: ParkedIds, at: Date): NotificationPayload {
  return {
    type: 'work.parked',
    timestamp: at.toISOString(),
    summary: `${_id} is parked after too many attempts; to retry it: batchmill parked retry ${_id}`,
    batchId: null,
    providerBatchId: null,
    pipeline: null,
    ...ids,
    status: 'parked',
    documents: null,
    counts: null,
    usd: null,
    error: error === null ? null : `${error.code}: ${error.message}`,
  };
}

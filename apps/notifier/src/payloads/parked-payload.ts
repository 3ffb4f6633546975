import type { NotificationPayload, WorkRecord } from '@batchmill/records';

export type ParkedIds = Pick<NotificationPayload, 'runId'> &
  Partial<Pick<NotificationPayload, 'batchId' | 'providerBatchId' | 'pipeline'>>;

/** A run, a claim or a batch that waits for a person's retry. */
export function payloadOfParked({ _id, error }: WorkRecord, ids: ParkedIds, at: Date): NotificationPayload {
  return {
    type: 'work.parked',
    timestamp: at.toISOString(),
    summary: `${_id} is stuck after too many tries, and waits for: batchmill parked retry ${_id}`,
    batchId: null,
    providerBatchId: null,
    pipeline: null,
    ...ids,
    status: 'stuck',
    documents: null,
    counts: null,
    usd: null,
    error: error === null ? null : `${error.code}: ${error.message}`,
  };
}

import type { Told, WorkRecord } from '@batchmill/records';

export type StuckIds = Pick<Told, 'runId'> & Partial<Pick<Told, 'batchId' | 'providerBatchId' | 'pipeline'>>;

/** A run, a claim or a batch that waits for a person's retry. */
export function toldOfStuck({ _id, error }: WorkRecord, ids: StuckIds, at: Date): Told {
  return {
    type: 'work.stuck',
    timestamp: at.toISOString(),
    summary: `${_id} is stuck after too many tries, and waits for: batchmill stuck retry ${_id}`,
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

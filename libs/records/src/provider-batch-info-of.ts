import type { ProviderBatch } from '@batchmill/provider';
import type { ProviderBatchInfo } from './batches.js';

/** What a record keeps of the provider's batch. */
export function providerBatchInfoOf(
  batch: ProviderBatch,
  ours: Pick<ProviderBatchInfo, 'key' | 'submittedAt' | 'polls'>,
): ProviderBatchInfo {
  const { id, state, inputFileId, outputFileId, errorFileId, createdAt, expiresAt, endedAt, counts } = batch;
  return {
    batchId: id,
    key: ours.key,
    submittedAt: ours.submittedAt,
    polls: ours.polls,
    state,
    inputFileId,
    outputFileId,
    errorFileId,
    createdAt,
    expiresAt,
    endedAt,
    counts,
  };
}

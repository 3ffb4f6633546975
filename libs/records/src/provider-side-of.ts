import type { ProviderBatch } from '@batchmill/provider';
import type { ProviderSide } from './batches.js';

/** What a record keeps of the provider's batch. */
export function providerSideOf(
  batch: ProviderBatch,
  ours: Pick<ProviderSide, 'key' | 'submittedAt' | 'polls'>,
): ProviderSide {
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

import type { AccountInfo, ProviderBatch } from '@batchmill/provider';

/** The provider batch, as our batch's record keeps it. Times are the provider's, except `submittedAt`. */
export interface ProviderBatchInfo {
  /** The provider's id of it, not ours. */
  readonly providerBatchId: string;
  readonly key: string;
  /** By our clock. */
  readonly submittedAt: Date;
  readonly state: string;
  readonly inputFileId: string;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly endedAt: Date | null;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
  /** Polls since it was submitted; the interval grows with them. */
  readonly polls: number;
  /** The account that sees it; missing or null in records of earlier versions. */
  readonly account?: AccountInfo | null;
}

/** What the record keeps of a provider batch, with our own fields. */
export function providerBatchInfoOf(
  batch: ProviderBatch,
  ours: Pick<ProviderBatchInfo, 'key' | 'submittedAt' | 'polls' | 'account'>,
): ProviderBatchInfo {
  const { id, state, inputFileId, outputFileId, errorFileId, createdAt, expiresAt, endedAt, counts } = batch;
  return {
    providerBatchId: id,
    key: ours.key,
    submittedAt: ours.submittedAt,
    polls: ours.polls,
    account: ours.account ?? null,
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

import type { AccountInfo, BatchUsage, ProviderBatch } from '@batchmill/provider';

/** The provider batch, as our batch's record keeps it. Times are the provider's, except `submittedAt`. */
export interface ProviderBatchInfo {
  /** The provider's id of it, not ours. */
  readonly providerBatchId: string;
  readonly key: string;
  /** By our clock. */
  readonly submittedAt: Date;
  readonly state: string;
  /** The provider's own word for its state, where we do not know it; null or missing: we do. */
  readonly unknownState?: string | null;
  readonly inputFileId: string | null;
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** When its requests began; null before. Missing in records of earlier versions, like the model and the usage. */
  readonly inProgressAt?: Date | null;
  readonly endedAt: Date | null;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
  /** As the provider names it; null where it names none. */
  readonly model?: string | null;
  /** What the provider has billed; null where it does not say it. */
  readonly usage?: BatchUsage | null;
  /** Polls since it was submitted; the interval grows with them. */
  readonly polls: number;
  /** The account that sees it; missing or null in records of earlier versions. */
  readonly account?: AccountInfo | null;
}

/**
 * What the record keeps of a provider batch, with our own fields. Of two times of creation the earlier counts: where the
 * provider names none, it is the time at which the batch was read.
 */
export function providerBatchInfoOf(
  batch: ProviderBatch,
  ours: Pick<ProviderBatchInfo, 'key' | 'submittedAt' | 'polls' | 'account'> & { readonly createdAt?: Date },
): ProviderBatchInfo {
  const { id, state, unknownState, inputFileId, outputFileId, errorFileId } = batch;
  const { createdAt, expiresAt, inProgressAt, endedAt, counts, model, usage } = batch;
  return {
    providerBatchId: id,
    key: ours.key,
    submittedAt: ours.submittedAt,
    polls: ours.polls,
    account: ours.account ?? null,
    state,
    unknownState,
    inputFileId,
    outputFileId,
    errorFileId,
    createdAt: ours.createdAt !== undefined && ours.createdAt < createdAt ? ours.createdAt : createdAt,
    expiresAt,
    inProgressAt,
    endedAt,
    counts,
    model,
    usage,
  };
}

/** The ids of a batch's files at the provider; null where there is none. */
export interface ProviderFiles {
  readonly input: string | null;
  readonly output: string | null;
  readonly error: string | null;
}

/** A record of an earlier version may hold an empty text in place of null. */
export function providerFilesOf(info: ProviderBatchInfo | null): ProviderFiles {
  return {
    input: orNull(info?.inputFileId),
    output: orNull(info?.outputFileId),
    error: orNull(info?.errorFileId),
  };
}

function orNull(id: string | null | undefined): string | null {
  return id === undefined || id === '' ? null : id;
}

import type { Batch } from '@batchmill/records';

/**
 * held: the record uses it, or may be about to. given-up: the record says that it is of no use. unknown: there is no record,
 * or the record does not know it; somebody else may use it.
 */
export type OrphanVerdict = 'held' | 'given-up' | 'unknown';

/** About a provider batch that carries the mark of this batch. `batch` is null when there is no record. */
export function verdictOnProviderBatch(
  batch: Batch | null,
  { id, key }: { readonly id: string; readonly key: string },
): OrphanVerdict {
  if (batch === null) return 'unknown';
  const { provider, submission, previousAttempts } = batch;
  const isCurrent = provider?.providerBatchId === id || submission.armed?.key === key;
  // A batch that was given up as lost does not use it any more.
  if (isCurrent && batch.reason === 'lost') return 'given-up';
  const isHeld = isCurrent || previousAttempts.some(({ providerBatchId }) => providerBatchId === id);
  if (isHeld) return 'held';
  const isGivenUp = previousAttempts.some((attempt) => attempt.key === key && attempt.providerBatchId === null);
  return isGivenUp ? 'given-up' : 'unknown';
}

/** About an input file whose name names this batch. `key` is null in names of an earlier version. */
export function verdictOnInputFile(
  batch: Batch | null,
  { id, key }: { readonly id: string; readonly key: string | null },
): OrphanVerdict {
  if (batch === null) return 'unknown';
  const { state, provider, submission, uploads = [] } = batch;
  const isEnded = state === 'ingested';
  if (!isEnded && (provider?.inputFileId === id || submission.fileId === id)) return 'held';
  if (key === null) return isEnded ? 'given-up' : state === 'built' ? 'held' : 'unknown';
  if (uploads.some((upload) => upload.key === key)) return 'given-up';
  if (submission.uploadKey !== key) return 'unknown';
  // The upload of a batch that is not submitted may be under way.
  return state === 'built' || state === 'submitted' ? 'held' : 'given-up';
}

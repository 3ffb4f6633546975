import { verdictOnInputFile, verdictOnProviderBatch } from '@batchmill/batch-submitter';
import type { Batch } from '@batchmill/records';

/**
 * Whether a file at the provider is needed, and why.
 *
 * - needed: its batch uses it, or may be about to (`of-batch`), or a provider batch that is not settled reads it (`being-read`).
 * - not-needed: its batch has another one or needs none any more (`given-up`), or its results are stored (`ingested`).
 * - unknown: nobody can tell, so it is left alone. There is no record of it (`no-record`), it has answers that were paid and not used
 *   (`unused-answers`), it is of a provider batch that was given up, which a sweep records first (`orphan`), or it is not ours.
 */
export type FileUse =
  | { readonly use: 'needed'; readonly why: 'of-batch' | 'being-read' }
  | { readonly use: 'not-needed'; readonly why: 'given-up' | 'ingested' }
  | { readonly use: 'unknown'; readonly why: 'no-record' | 'unused-answers' | 'orphan' | 'not-ours' };

export function useOfInputFile(
  record: Batch | null,
  file: { readonly id: string; readonly key: string | null },
  isBeingRead: boolean,
): FileUse {
  switch (verdictOnInputFile(record, file)) {
    case 'held':
      return { use: 'needed', why: 'of-batch' };
    case 'given-up':
      return isBeingRead ? { use: 'needed', why: 'being-read' } : { use: 'not-needed', why: 'given-up' };
    case 'unknown':
      return { use: 'unknown', why: 'no-record' };
  }
}

/** `writtenBy`: the provider batch that shows the file. */
export function useOfResultFile(
  record: Batch | null,
  writtenBy: { readonly id: string; readonly key: string },
): FileUse {
  switch (verdictOnProviderBatch(record, writtenBy)) {
    case 'held':
      return useOfResults(record, writtenBy.id);
    case 'given-up':
      return { use: 'unknown', why: 'orphan' };
    case 'unknown':
      return { use: 'unknown', why: 'no-record' };
  }
}

function useOfResults(record: Batch | null, providerBatchId: string): FileUse {
  if (record?.state !== 'ingested') return { use: 'needed', why: 'of-batch' };
  const isStored =
    record.failure?.code !== 'batch.not-ingested' && record.provider?.providerBatchId === providerBatchId;
  return isStored ? { use: 'not-needed', why: 'ingested' } : { use: 'unknown', why: 'unused-answers' };
}

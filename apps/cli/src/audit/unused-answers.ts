import { paidAnswersOf, type Batch } from '@batchmill/records';

/** Requests that the provider has answered and billed, or may have, whose answers are not used. The books know them. */
export interface UnusedAnswers {
  readonly batchId: string;
  readonly requests: number;
  /**
   * orphaned: of provider batches that were found too late. lost: the batch was given up, and the provider may bill it. not-ingested:
   * its results could not be read. never-shown: the provider never showed the file, or has it no more.
   */
  readonly why: 'orphaned' | 'lost' | 'not-ingested' | 'never-shown';
}

export function unusedAnswersOf(batch: Batch): UnusedAnswers[] {
  const { _id: batchId, orphans } = batch;
  const orphaned = orphans.reduce((sum, { completed }) => sum + completed, 0);
  const rest = unusedOfRecord(batch);
  return [
    ...(orphaned > 0 ? [{ batchId, requests: orphaned, why: 'orphaned' } as const] : []),
    ...(rest !== null && rest.requests > 0 ? [{ batchId, ...rest }] : []),
  ];
}

function unusedOfRecord({ state, reason, orphans, requests, ...batch }: Batch): Omit<UnusedAnswers, 'batchId'> | null {
  if (state !== 'ingested') return null;
  // One that was found again is among its orphans.
  if (reason === 'lost') return orphans.length > 0 ? null : { requests, why: 'lost' };
  const { provider, ingestion, failure } = batch;
  const answered = provider?.counts.completed ?? 0;
  const unused = Math.max(0, answered - paidAnswersOf(ingestion));
  if (failure?.code === 'batch.not-ingested') return { requests: unused, why: 'not-ingested' };
  return ingestion.output === null ? { requests: unused, why: 'never-shown' } : null;
}

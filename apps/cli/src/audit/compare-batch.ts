import { isSettled, type ProviderBatch } from '@batchmill/provider';
import { isSameModel } from '@batchmill/models';
import { paidAnswersOf, type Batch } from '@batchmill/records';
import { formatCount, formatQuantity } from '../show/format.js';
import type { Difference } from './difference.js';

/** Where the record of a batch and its provider batch differ. What can still change counts only once the provider has ended it. */
export function compareBatch(record: Batch, found: ProviderBatch): Difference[] {
  if (!isSettled(found)) return [];
  const ids = { batchId: record._id, providerId: found.id };
  return [stateOf(record, found), countsOf(record, found), tokensOf(record, found), modelOf(record, found)].flatMap(
    (difference) => (difference === null ? [] : [{ ...ids, ...difference }]),
  );
}

type Found = Omit<Difference, 'batchId' | 'providerId'>;

function stateOf({ state, provider }: Batch, found: ProviderBatch): Found | null {
  const ours = provider?.state ?? 'unknown';
  if (state === 'submitted') {
    return { kind: 'state', books: `submitted (${ours})`, provider: found.state, mend: 'due' };
  }
  return ours === found.state ? null : { kind: 'state', books: ours, provider: found.state, mend: null };
}

/** Answers that were used, or kept because they could not be, are at most those that the provider counts. */
function countsOf(record: Batch, { state, counts }: ProviderBatch): Found | null {
  const { total, completed, failed } = counts;
  const provider = `${formatQuantity(total, 'request')}, ${formatCount(completed)} answered, ${formatCount(failed)} failed`;
  const differs = (books: string): Found => ({ kind: 'counts', books, provider, mend: null });
  // A server that counts nothing, or a file that was refused.
  if (total === 0 || state === 'failed' || record.state === 'submitted') return null;
  if (total !== record.requests) return differs(formatQuantity(record.requests, 'request'));
  const seen = record.provider?.counts;
  if (seen !== undefined && (seen.completed !== completed || seen.failed !== failed)) {
    return differs(`${formatCount(seen.completed)} answered, ${formatCount(seen.failed)} failed`);
  }
  if (!areResultsRead(record)) return null;
  const answers = paidAnswersOf(record.ingestion);
  const isDifferent = record.url.endsWith('/embeddings') ? answers !== completed : answers > completed;
  return isDifferent ? differs(`${formatQuantity(answers, 'answer')} ingested`) : null;
}

function tokensOf(record: Batch, { usage }: ProviderBatch): Found | null {
  if (usage === null || !areResultsRead(record)) return null;
  const { input, output } = record.ingestion.tokens;
  // A server that has the field and does not fill it in.
  if (usage.inputTokens + usage.outputTokens === 0) return null;
  if (input === usage.inputTokens && output === usage.outputTokens) return null;
  return {
    kind: 'tokens',
    books: tokens(input, output),
    provider: tokens(usage.inputTokens, usage.outputTokens),
    mend: null,
  };
}

function tokens(input: number, output: number): string {
  return `${formatCount(input)} in, ${formatCount(output)} out`;
}

function modelOf({ model }: Batch, found: ProviderBatch): Found | null {
  if (found.model === null || isSameModel(found.model, model)) return null;
  return { kind: 'model', books: model, provider: found.model, mend: null };
}

/** True when every answer that the provider has given was ingested: else the difference is known (see `unusedAnswersOf`). */
export function areResultsRead({ state, reason, failure, ingestion, provider }: Batch): boolean {
  if (state !== 'ingested' && state !== 'reprocessing') return false;
  if (reason === 'lost' || failure?.code === 'batch.not-ingested' || ingestion.lost) return false;
  return ingestion.output !== null || (provider?.counts.completed ?? 0) === 0;
}

import type { DocumentError } from '@batchmill/contracts';
import { noUsage } from '@batchmill/models';
import { missingResult, refusalOf, type Classified } from '@batchmill/provider';
import { sentDocumentsOf, type Batch, type Ingestion } from '@batchmill/records';
import type { ResultIngesterErrorCode } from './error-codes.js';

/** The outcome of a request that has no result, by how its batch ended. `line`: its line in the batch file, from 1. */
export function classifyMissing(batch: Batch, line: number, { lost }: Pick<Ingestion, 'lost'>): Classified {
  if (batch.abandonment?.fail === true && (lost || batch.reason !== 'completed')) return abandoned;
  if (lost)
    return freeRetry('provider.results-gone', 'The provider does not have the result file of this request any more');
  switch (batch.reason) {
    case 'completed':
      return missingResult();
    case 'failed':
      return classifyFailed(batch, line);
    case 'expired':
      return freeRetry('provider.batch-expired', 'The batch expired before this request was answered');
    case 'cancelled':
    case 'never-sent':
      return freeRetry('provider.batch-cancelled', 'The batch was cancelled before this request was answered');
    case 'too-large':
      return classifyTooLarge(batch);
    case 'lost':
      return freeRetry('provider.batch-lost', 'The batch was given up before this request was answered');
    case 'nothing-to-send':
    case null:
      return missingResult();
  }
}

/** The outcome of a request that waited for the vector of another document. It is sent by itself then. */
export const notShared: Classified = freeRetry(
  'batch.text-not-shared',
  'Another document of the run asked for the same text, and has no vector of it; this one is requested by itself',
);

/** Making files smaller ends by itself, so that it counts as no free retry: each next batch has half as many documents. */
function classifyTooLarge(batch: Batch): Classified {
  const { failure } = batch;
  const documents = sentDocumentsOf(batch);
  if (documents === 1 && failure?.code === 'batch.file-too-large') {
    return failed('The requests of this document are larger than the files that the provider takes');
  }
  const retry = freeRetry(
    'provider.batch-too-large',
    failure?.code === 'batch.over-limit'
      ? 'A spending limit had no room for the batch; the request is retried in a smaller one'
      : 'The batch was larger than the provider’s queue or files; the request is retried in a smaller one',
  );
  return documents === 1 ? retry : { ...retry, together: Math.ceil(documents / 2) };
}

/** By the command `batch abandon --fail`. */
const abandoned: Classified = {
  outcome: 'fail',
  error: {
    kind: 'ProcessingError',
    code: 'provider.batch-abandoned',
    message: 'The batch was abandoned before this request was answered, and its requests were to fail',
  },
  usage: noUsage,
};

/**
 * The provider names the line because of which it refused the batch: that request fails. The others are requested again at no
 * attempt, in batches of half as many documents, because there may be more such lines, and the provider names one at a time.
 * Where it names no request of the batch and a request is to blame, all are halved, until that one is alone. Both end by
 * themselves: each batch has fewer requests than the one before.
 */
function classifyFailed(batch: Batch, line: number): Classified {
  const { failure, requests } = batch;
  const documents = sentDocumentsOf(batch);
  const code = failure?.code ?? 'unknown';
  const named = failure?.line ?? 0;
  if (named === line) return failed(`The provider refused this request (${code})`);
  const error = errorOf(`The provider refused the whole batch (${code})`);
  const retry = { outcome: 'retry', error, usage: noUsage } as const;
  const halved: Classified = { ...retry, countsAttempt: false, together: Math.ceil(documents / 2) };
  if (named > 0 && named <= requests) return halved;
  const { about } = refusalOf({ status: null, code, message: failure?.message ?? '' });
  return documents === 1 || about !== 'request' ? { ...retry, countsAttempt: true } : halved;
}

type Retried = Extract<Classified, { outcome: 'retry' }>;

function failed(message: string): Classified {
  return { outcome: 'fail', error: errorOf(message), usage: noUsage };
}

function errorOf(message: string): DocumentError {
  return { kind: 'ProcessingError', code: 'provider.batch-failed', message };
}

function freeRetry(code: ResultIngesterErrorCode, message: string): Retried {
  return {
    outcome: 'retry',
    error: { kind: 'ProcessingError', code, message },
    countsAttempt: false,
    usage: noUsage,
  };
}

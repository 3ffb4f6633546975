import type { DocumentError } from '@batchmill/contracts';
import { noUsage } from '@batchmill/models';
import { missingResult, type Classified } from '@batchmill/provider';
import type { Batch, Ingestion } from '@batchmill/records';
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
      return classifyFailed(batch.failure, line);
    case 'expired':
      return freeRetry('provider.batch-expired', 'The batch expired before this request was answered');
    case 'cancelled':
    case 'never-sent':
      return freeRetry('provider.batch-cancelled', 'The batch was cancelled before this request was answered');
    case 'too-large':
      return freeRetry(
        'provider.batch-too-large',
        'The batch was larger than the provider’s queue; the request is retried in a smaller one',
      );
    case 'lost':
      return freeRetry('provider.batch-lost', 'The batch was given up before this request was answered');
    case 'nothing-to-send':
    case null:
      return missingResult();
  }
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

/** Error codes that apply to every line, though the provider names only the first. */
const codesOfAllLines = ['model_not_found'];

/**
 * The provider names the line because of which it refused the batch: that request fails, and the others get a free retry.
 * Where it names no line, all requests are retried, which uses up an attempt.
 */
function classifyFailed(failure: Batch['failure'], line: number): Classified {
  const code = failure?.code ?? 'unknown';
  if (codesOfAllLines.includes(code)) return failed(`The provider does not accept such requests (${code})`);
  const message = `The provider refused the whole batch (${code})`;
  if (failure?.line == null) return { outcome: 'retry', error: errorOf(message), countsAttempt: true, usage: noUsage };
  if (failure.line === line) return failed(`The provider refused this request (${code})`);
  return { outcome: 'retry', error: errorOf(message), countsAttempt: false, usage: noUsage };
}

function failed(message: string): Classified {
  return { outcome: 'fail', error: errorOf(message), usage: noUsage };
}

function errorOf(message: string): DocumentError {
  return { kind: 'ProcessingError', code: 'provider.batch-failed', message };
}

function freeRetry(code: ResultIngesterErrorCode, message: string): Classified {
  return {
    outcome: 'retry',
    error: { kind: 'ProcessingError', code, message },
    countsAttempt: false,
    usage: noUsage,
  };
}

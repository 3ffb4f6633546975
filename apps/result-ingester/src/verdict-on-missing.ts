import type { DocumentError } from '@batchmill/contracts';
import { noUsage } from '@batchmill/models';
import { missingResult, type Classified } from '@batchmill/provider';
import type { Batch, Ingestion } from '@batchmill/records';
import type { ResultIngesterErrorCode } from './error-codes.js';

/** What it means that a request of this batch got no line, by what became of the batch. `line` counts from 1. */
export function verdictOnMissing(batch: Batch, line: number, { lost }: Pick<Ingestion, 'lost'>): Classified {
  if (lost) return again('provider.results-gone', 'The provider had the results of this request no more');
  switch (batch.reason) {
    case 'completed':
      return missingResult();
    case 'failed':
      return verdictOnFailed(batch.failure, line);
    case 'expired':
      return again('provider.batch-expired', 'The batch expired before this request was answered');
    case 'cancelled':
    case 'never-sent':
      return again('provider.batch-cancelled', 'The batch was cancelled before this request was answered');
    case 'too-large':
      return again(
        'provider.batch-too-large',
        'The batch was larger than the provider’s queue; it is built anew, smaller',
      );
    case 'nothing-to-send':
    case null:
      return missingResult();
  }
}

/** Codes of what is wrong with every line alike, though the provider names the first of them. */
const ofEveryLine = ['model_not_found'];

/**
 * The provider names the line that it took offence at: that request fails, and the others are asked again without it.
 * Where it names none, all are asked again, which uses up an attempt.
 */
function verdictOnFailed(failure: Batch['failure'], line: number): Classified {
  const code = failure?.code ?? 'unknown';
  if (ofEveryLine.includes(code)) return failing(`The provider does not take such requests (${code})`);
  const message = `The provider refused the whole batch (${code})`;
  if (failure?.line == null) return { outcome: 'retry', error: errorOf(message), countsAttempt: true, usage: noUsage };
  if (failure.line === line) return failing(`The provider refused this request (${code})`);
  return { outcome: 'retry', error: errorOf(message), countsAttempt: false, usage: noUsage };
}

function failing(message: string): Classified {
  return { outcome: 'fail', error: errorOf(message), usage: noUsage };
}

function errorOf(message: string): DocumentError {
  return { kind: 'ProcessingError', code: 'provider.batch-failed', message };
}

function again(code: ResultIngesterErrorCode, message: string): Classified {
  return {
    outcome: 'retry',
    error: { kind: 'ProcessingError', code, message },
    countsAttempt: false,
    usage: noUsage,
  };
}

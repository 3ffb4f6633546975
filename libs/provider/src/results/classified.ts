import { documentError, type DocumentError, type ErrorKind } from '@batchmill/contracts';
import { noUsage, type Usage } from '@batchmill/models';
import type { ProviderErrorCode } from '../error-codes.js';

export type Answer =
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** The parsed text, when the function has a response schema. */
      readonly parsed?: unknown;
      /** The body of the provider's response. */
      readonly body: object;
      /** The text ended at the function's `maxTokens`. */
      readonly isCutOff?: true;
    };

/** An answer and its billed tokens. */
export interface Answered {
  readonly answer: Answer;
  readonly usage: Usage;
}

/**
 * What a result means for its request: answered, to be retried, or failed for good. A retry with `countsAttempt` false uses up
 * no attempt, because the request was never executed.
 */
export type Classified =
  | ({ readonly outcome: 'answered' } & Answered)
  | {
      readonly outcome: 'retry';
      readonly error: DocumentError;
      readonly countsAttempt: boolean;
      readonly usage: Usage;
      /** Its document is put into batches of at most this many documents, at once; missing: any number, after a backoff. */
      readonly together?: number;
    }
  | { readonly outcome: 'fail'; readonly error: DocumentError; readonly usage: Usage };

export function retryableFailure(
  code: ProviderErrorCode,
  message: string,
  {
    usage = noUsage,
    countsAttempt = true,
    kind = 'ProcessingError',
  }: { usage?: Usage; countsAttempt?: boolean; kind?: ErrorKind } = {},
): Classified {
  return { outcome: 'retry', error: documentError(kind, code, message), countsAttempt, usage };
}

export function permanentFailure(
  code: ProviderErrorCode,
  message: string,
  { usage = noUsage, kind = 'ProcessingError' }: { usage?: Usage; kind?: ErrorKind } = {},
): Classified {
  return { outcome: 'fail', error: documentError(kind, code, message), usage };
}

/** For a request that was sent and has no line in either result file. */
export function missingResult(): Classified {
  return retryableFailure(
    'provider.missing-result',
    'The provider sent no line for this request, neither an answer nor an error',
  );
}

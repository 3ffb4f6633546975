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

/** Why a request has no answer that can be used. */
interface Unanswered {
  readonly error: DocumentError;
  readonly usage: Usage;
  /** An answer came and cannot be used as it is. Its line is kept, so that it need not be bought again. */
  readonly isKept?: true;
}

/**
 * What a result means for its request: answered, to be retried, or failed for good. A retry with `countsAttempt` false uses up
 * no attempt, because the request was never executed.
 */
export type Classified =
  | ({ readonly outcome: 'answered' } & Answered)
  | ({
      readonly outcome: 'retry';
      readonly countsAttempt: boolean;
      /** Its document is put into batches of at most this many documents, at once; missing: any number, after a backoff. */
      readonly together?: number;
    } & Unanswered)
  | ({ readonly outcome: 'fail' } & Unanswered);

export function retryableFailure(
  code: ProviderErrorCode,
  message: string,
  {
    usage = noUsage,
    countsAttempt = true,
    kind = 'ProcessingError',
    isKept = false,
  }: { usage?: Usage; countsAttempt?: boolean; kind?: ErrorKind; isKept?: boolean } = {},
): Classified {
  const error = documentError(kind, code, message);
  return { outcome: 'retry', error, countsAttempt, usage, ...(isKept && { isKept }) };
}

export function permanentFailure(
  code: ProviderErrorCode,
  message: string,
  {
    usage = noUsage,
    kind = 'ProcessingError',
    isKept = false,
  }: { usage?: Usage; kind?: ErrorKind; isKept?: boolean } = {},
): Classified {
  return { outcome: 'fail', error: documentError(kind, code, message), usage, ...(isKept && { isKept }) };
}

/** For an answer in a form that is not known. Not retried: the same server answers in the same form, and is paid each time. */
export function notUnderstood(what: string, usage: Usage): Classified {
  const message = `The provider answered ${what}. The answer is kept: see \`batchmill batch reprocess\``;
  return permanentFailure('provider.answer-not-understood', message, { usage, isKept: true });
}

/** For a request that was sent and has no line in either result file. */
export function missingResult(): Classified {
  return retryableFailure(
    'provider.missing-result',
    'The provider sent no line for this request, neither an answer nor an error',
  );
}

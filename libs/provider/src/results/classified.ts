import { documentError, type DocumentError, type ErrorKind } from '@batchmill/contracts';
import { noUsage, type Usage } from '@batchmill/models';
import type { ProviderErrorCode } from '../error-codes.js';

export type Answer =
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** When JSON was asked for. */
      readonly parsed?: unknown;
      /** What the provider answered. */
      readonly body: object;
      /** It ended at the function's `maxTokens`. */
      readonly isCutOff?: true;
    };

/** An answer that came, and what it is billed for. */
export interface Answered {
  readonly answer: Answer;
  readonly usage: Usage;
}

/** What a line means for its request. `countsAttempt` false: the request was never tried, so no attempt is used up. */
export type Classified =
  | ({ readonly outcome: 'answered' } & Answered)
  | { readonly outcome: 'retry'; readonly error: DocumentError; readonly countsAttempt: boolean; readonly usage: Usage }
  | { readonly outcome: 'fail'; readonly error: DocumentError; readonly usage: Usage };

export function retry(
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

export function fail(
  code: ProviderErrorCode,
  message: string,
  { usage = noUsage, kind = 'ProcessingError' }: { usage?: Usage; kind?: ErrorKind } = {},
): Classified {
  return { outcome: 'fail', error: documentError(kind, code, message), usage };
}

import type { ErrorKind } from '@batchmill/contracts';
import { documentError, type DocumentError } from '../document-error.js';
import type { PipelineErrorCode } from '../error-codes.js';
import { noUsage, type Usage } from './usage.js';

export type Answer =
  | { readonly kind: 'vector'; readonly vector: Float32Array }
  /** `parsed` when JSON was asked for; `body` is what the provider answered. */
  | { readonly kind: 'text'; readonly text: string; readonly parsed?: unknown; readonly body: object };

/** What a line means for its request. `countsAttempt` false: the request was never tried, so no attempt is used up. */
export type Classified =
  | { readonly outcome: 'answered'; readonly answer: Answer; readonly usage: Usage }
  | { readonly outcome: 'retry'; readonly error: DocumentError; readonly countsAttempt: boolean; readonly usage: Usage }
  | { readonly outcome: 'fail'; readonly error: DocumentError; readonly usage: Usage };

export function retry(
  code: PipelineErrorCode,
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
  code: PipelineErrorCode,
  message: string,
  { usage = noUsage, kind = 'ProcessingError' }: { usage?: Usage; kind?: ErrorKind } = {},
): Classified {
  return { outcome: 'fail', error: documentError(kind, code, message), usage };
}

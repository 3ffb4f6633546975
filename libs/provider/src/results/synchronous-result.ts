import type { ConnectionError, TimeoutError } from '@batchmill/contracts';

/** The answer to one request, as a result line holds it. It may be a refusal of the request, which nobody bills. */
export interface SynchronousAnswer {
  /** 2xx, or the 4xx of a request that is wrong. */
  readonly statusCode: number;
  /** Null: the provider names none. */
  readonly requestId: string | null;
  /** JSON. */
  readonly body: string;
  /** The tier that answered: `default`, `flex`. Null: the body does not say it. */
  readonly serviceTier: string | null;
}

/** No answer came, or none that can be read. The call may have been carried out and billed: it is never sent again. */
export interface UnclearCall {
  readonly kind: 'unclear';
  readonly error: ConnectionError | TimeoutError;
}

export type SynchronousResult = { readonly kind: 'answered'; readonly answer: SynchronousAnswer } | UnclearCall;

export type EmbeddingsResult =
  /** Of each input in order, as a call of its own would have been answered. Their usage adds up to what the call was billed. */
  | { readonly kind: 'answered'; readonly answers: readonly SynchronousAnswer[] }
  /** The whole call is refused and not billed. Of several inputs, it is not known which one is to blame. */
  | { readonly kind: 'refused'; readonly answer: SynchronousAnswer }
  | UnclearCall;

import { ConnectionError, TimeoutError, isBatchmillError } from '@batchmill/contracts';
import { APIConnectionTimeoutError, APIError } from 'openai';
import type { ProviderErrorCode } from '../error-codes.js';
import { RefusedError } from '../refused-error.js';
import { redactKeys } from './redact-keys.js';

/** How long the provider asked to wait before the next try; only on errors that may be tried again. */
export class AskedToWait extends ConnectionError {
  constructor(
    code: ProviderErrorCode,
    message: string,
    readonly waitMs: number,
  ) {
    super(code, message);
  }
}

export interface FailedCall {
  /** `uploadFile b1.jsonl` */
  readonly call: string;
  readonly apiKey: string;
  /** The statuses that are no answer, beside 5xx. */
  readonly unclearStatuses: readonly number[];
  readonly now: Date;
  /** The provider's words may quote the texts that were sent; its code stands for them then. */
  readonly mayQuoteTexts: boolean;
}

/**
 * What a failed call of the SDK means; an error of ours stays as it is. An answer is not kept as `cause`, nor what could
 * not be parsed: both quote what was sent or said.
 */
export function errorOfCall(error: unknown, failed: FailedCall): Error {
  const { call, unclearStatuses, now } = failed;
  if (isBatchmillError(error)) return error;
  if (isAnswer(error)) {
    const { status } = error;
    const message = wordsOf(error, failed);
    if (status < 500 && !unclearStatuses.includes(status)) {
      const providerCode = codeOf(error);
      return new RefusedError(call, { status, providerCode, message });
    }
    const code = status === 429 ? 'provider.rate-limited' : 'provider.away';
    const waitMs = askedWaitMs(error.headers, now);
    const told = `${call}: the provider answered ${status}: ${message}`;
    return waitMs === null ? connectionError(code, told) : new AskedToWait(code, told, waitMs);
  }
  if (error instanceof APIConnectionTimeoutError || isBodyTimeout(error)) {
    return timeoutError(`${call}: no answer in time; the call may have been carried out`, error);
  }
  if (error instanceof SyntaxError) return connectionError('provider.odd-answer', `${call}: the answer is not JSON`);
  return connectionError('provider.away', `${call}: no answer (${reasonOf(error)})`, error);
}

export function connectionError(code: ProviderErrorCode, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(code, message, { cause });
}

export function timeoutError(message: string, cause?: unknown): TimeoutError {
  return new TimeoutError('provider.timeout' satisfies ProviderErrorCode, message, { cause });
}

function wordsOf(answer: Answer, { apiKey, mayQuoteTexts }: FailedCall): string {
  const said = mayQuoteTexts ? (codeOf(answer) ?? 'no code') : answer.message.replace(`${answer.status} `, '');
  const requestId = typeof answer.requestID === 'string' ? ` (request ${answer.requestID})` : '';
  return redactKeys(said, apiKey) + requestId;
}

function codeOf({ code }: Answer): string | null {
  return typeof code === 'string' ? code : null;
}

/** Seconds, a date, or OpenAI's own milliseconds; null when nothing was asked. */
function askedWaitMs(headers: Headers | undefined, now: Date): number | null {
  const ms = headers?.get('retry-after-ms');
  if (ms != null && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  const after = headers?.get('retry-after');
  if (after == null) return null;
  if (Number.isFinite(Number(after))) return Math.max(0, Number(after) * 1000);
  const at = Date.parse(after);
  return Number.isNaN(at) ? null : Math.max(0, at - now.getTime());
}

type Answer = APIError<number, Headers>;

function isAnswer(error: unknown): error is Answer {
  return error instanceof APIError && typeof error.status === 'number';
}

function isBodyTimeout(error: unknown): boolean {
  return causes(error).some(({ code }) => code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT');
}

/** The innermost code or name, as `ECONNREFUSED`: a message might quote what was sent. */
function reasonOf(error: unknown): string {
  const chain = causes(error);
  return chain.findLast(({ code }) => code !== undefined)?.code ?? chain.at(-1)?.name ?? typeof error;
}

function causes(error: unknown): { name: string; code: string | undefined }[] {
  const chain = [];
  for (let at = error; typeof at === 'object' && at !== null && chain.length < 8;) {
    const { name, code, cause } = at as { name?: unknown; code?: unknown; cause?: unknown }; // Node and undici put a code on theirs
    chain.push({
      name: typeof name === 'string' ? name : 'Error',
      code: typeof code === 'string' ? code : undefined,
    });
    at = cause;
  }
  return chain;
}

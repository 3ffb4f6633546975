import { ConnectionError, TimeoutError, isBatchmillError } from '@batchmill/contracts';
import { APIConnectionTimeoutError, APIError } from 'openai/error';
import type { ProviderErrorCode } from '../error-codes.js';
import { refusalOf } from '../dialects/openai/index.js';
import { askedDelayMs } from '../rates/shown-rates.js';
import { AccountRefusedError, RefusedError } from '../refused-error.js';

export interface FailedCall {
  /** `uploadFile b1.jsonl` */
  readonly call: string;
  readonly apiKey: string;
  /** The proxy that the call went through; null: none. */
  readonly proxy: URL | null;
  /** The statuses, besides 5xx, after which the call may or may not have been carried out. */
  readonly unclearStatuses: readonly number[];
  readonly now: Date;
  /** True where nobody decides by what a refusal is about: one about the moment or the queue counts as no answer. */
  readonly waitsOut: boolean;
  /** True when the provider's message may quote texts that were sent. Its error code is reported instead. */
  readonly mayQuoteTexts: boolean;
}

/**
 * Our error for a failed call of the SDK; an error that is already ours is returned as it is. A response is not kept as `cause`,
 * nor a body that did not parse, since both may quote contents.
 */
export function toCallError(error: unknown, failed: FailedCall): Error {
  const { call, proxy, unclearStatuses, now } = failed;
  if (isBatchmillError(error)) return error;
  const refusedBy = proxy === null ? null : refusalOfProxy(error, proxy);
  if (refusedBy !== null) return connectionError('provider.proxy-refused', `${call}: ${refusedBy}`, error);
  if (isResponse(error)) {
    const { status } = error;
    const message = describe(error, failed);
    const providerCode = codeOf(error);
    const refusal = refusalOf({ status, code: providerCode, message: error.message });
    if (status < 500 && refusal.about === 'account') {
      return new AccountRefusedError(call, { status, providerCode, message, refusal });
    }
    const delayMs = askedDelayMs(error.headers, now);
    const passes = failed.waitsOut && status !== 404 && (refusal.about === 'moment' || refusal.about === 'queue');
    if (status < 500 && refusal.about !== 'account' && !unclearStatuses.includes(status) && !passes) {
      return new RefusedError(call, { status, providerCode, message, refusal, retryAfterMs: delayMs });
    }
    const code = status === 429 || (status < 500 && passes) ? 'provider.rate-limited' : 'provider.unavailable';
    const text = `${call}: the provider answered ${status}: ${message}`;
    return new ConnectionError(code, text, { retryAfterMs: delayMs ?? 0 });
  }
  if (error instanceof APIConnectionTimeoutError || isTransportTimeout(error)) {
    return timeoutError(`${call}: no answer in time; the call may have been carried out`, error);
  }
  if (error instanceof SyntaxError) {
    return connectionError('provider.unexpected-response', `${call}: the response is not JSON`);
  }
  const way = proxy === null ? '' : ` through the proxy ${proxy.host}`;
  return connectionError('provider.unavailable', `${call}: no answer${way} (${reasonOf(error)})`, error);
}

export function connectionError(code: ProviderErrorCode, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(code, message, { cause });
}

export function timeoutError(message: string, cause?: unknown): TimeoutError {
  return new TimeoutError('provider.timeout' satisfies ProviderErrorCode, message, { cause });
}

type ErrorResponse = APIError<number, Headers>;

function isResponse(error: unknown): error is ErrorResponse {
  return error instanceof APIError && typeof error.status === 'number';
}

function describe(response: ErrorResponse, { apiKey, mayQuoteTexts }: FailedCall): string {
  const message = mayQuoteTexts ? (codeOf(response) ?? 'no code') : response.message.replace(`${response.status} `, '');
  const requestId = typeof response.requestID === 'string' ? ` (request ${response.requestID})` : '';
  return redactKeys(withoutTags(message), apiKey) + requestId;
}

/** A server that stands before the provider, such as nginx, answers with a web page. */
function withoutTags(message: string): string {
  return /<html/i.test(message)
    ? message
        .replaceAll(/<title>.*<\/title>|<[^>]*>|\s+/gis, ' ')
        .replaceAll(/\s+/g, ' ')
        .trim()
    : message;
}

/** Servers put the word into `code`, or only into `type`. */
function codeOf({ code, type }: ErrorResponse): string | null {
  return typeof code === 'string' && code !== '' ? code : typeof type === 'string' ? type : null;
}

/** Removes the key and everything that looks like one: a provider quotes a refused key with some characters masked. */
function redactKeys(text: string, apiKey: string): string {
  const withoutKey = apiKey.length < 8 ? text : text.replaceAll(apiKey, '…');
  return withoutKey.replace(/\b(?:sk|sess|pk)-[\w*.…-]{3,}/g, 'sk-…').slice(0, 500);
}

/** What the proxy itself answered in place of the provider; null: nothing. undici has no code for it, only these messages. */
function refusalOfProxy(error: unknown, proxy: URL): string | null {
  const message = causes(error).find(({ text }) => /Proxy response \(|Proxy Authentication Required/.test(text))?.text;
  const status = /\((\d+)\)/.exec(message ?? '')?.[1];
  if (status === undefined) return null;
  const hint =
    status === '407' ? '; it wants a login: http://user:password@host:port in HTTPS_PROXY or HTTP_PROXY' : '';
  return `the proxy ${proxy.host} answered ${status} and did not reach the provider${hint}`;
}

function isTransportTimeout(error: unknown): boolean {
  return causes(error).some(({ code }) => code === 'UND_ERR_BODY_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT');
}

/** The innermost code or name, such as `ECONNREFUSED`. Not the message, which may quote what was sent. */
function reasonOf(error: unknown): string {
  const chain = causes(error);
  return chain.findLast(({ code }) => code !== undefined)?.code ?? chain.at(-1)?.name ?? typeof error;
}

function causes(error: unknown): { name: string; code: string | undefined; text: string }[] {
  const chain = [];
  for (let at = error; typeof at === 'object' && at !== null && chain.length < 8;) {
    const { name, code, cause, message } = at as Record<'name' | 'code' | 'cause' | 'message', unknown>; // Node and undici set a code
    chain.push({
      name: typeof name === 'string' ? name : 'Error',
      code: typeof code === 'string' ? code : undefined,
      text: typeof message === 'string' ? message : '',
    });
    at = cause;
  }
  return chain;
}

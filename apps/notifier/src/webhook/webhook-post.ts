import { ConnectionError, ProcessingError, TimeoutError, isBatchmillError, retryAfterMs } from '@batchmill/contracts';
import { Agent as HttpAgent, request as requestHttp, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { checkPublicName } from './public-address.js';

const timeoutMs = 20_000;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly lookup: LookupFunction;
  /** Null: the webhook is reached directly. */
  readonly proxy: URL | null;
}

/** Posts once, over its own connection, and follows no redirect. Resolves with the status when it is 2xx, else throws. */
export async function postWebhook(post: Post): Promise<number> {
  const answer = await answerTo(post, 'POST');
  if (answer.status >= 200 && answer.status < 300) return answer.status;
  throw errorOf(answer);
}

/** Sends HEAD. Resolves with the status, unless it says that a post would not arrive: a redirect, 410 or 5xx. */
export async function touchWebhook(post: Omit<Post, 'body'>): Promise<number> {
  const answer = await answerTo({ ...post, body: '' }, 'HEAD');
  const { status } = answer;
  // A server that implements only POST may answer HEAD with 501.
  if (status === 501 || (status < 500 && status !== 410 && !(status >= 300 && status < 400))) return status;
  throw errorOf(answer);
}

interface Answer {
  readonly status: number;
  /** How long the receiver asks to wait, in milliseconds. */
  readonly retryAfterMs: number;
}

async function answerTo(post: Post, method: 'POST' | 'HEAD'): Promise<Answer> {
  const { proxy } = post;
  const signal = AbortSignal.timeout(timeoutMs);
  const answer = await answerOf(post, method, signal).catch((cause: unknown) => {
    if (isBatchmillError(cause)) throw cause;
    if (signal.aborted) {
      throw new TimeoutError('webhook.timeout', `the webhook did not answer within ${timeoutMs} ms`, { cause });
    }
    const { code = 'no connection', statusCode } = cause as NodeJS.ErrnoException & { statusCode?: number }; // most errors of a socket have a code
    if (proxy !== null && code === 'ERR_PROXY_TUNNEL') throw proxyRefused(proxy, statusCode, cause);
    const way = proxy === null ? '' : ` through the proxy ${proxy.host}`;
    throw new ConnectionError('webhook.unreachable', `the webhook cannot be reached${way} (${code})`, { cause });
  });
  if (proxy !== null && answer.status === 407) throw proxyRefused(proxy, answer.status);
  return answer;
}

async function answerOf(post: Post, method: 'POST' | 'HEAD', signal: AbortSignal): Promise<Answer> {
  const { url, headers, body } = post;
  const connection = await connectionOf(post);
  const requestOf = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = requestOf(url, { method, headers, signal, ...connection }, (response) => {
      // The body of the response is not used.
      response.on('error', () => undefined).resume();
      const { statusCode: status = 0, headers } = response;
      resolve({ status, retryAfterMs: retryAfterMs(headers['retry-after'], new Date()) ?? 0 });
      request.destroy();
    });
    request.on('error', reject).end(body);
  });
}

/**
 * Directly, the connection is made to a checked address. Through a proxy, the proxy looks the name up. A name that has an
 * address here too is checked before; what else the proxy reaches is for its own rules.
 */
async function connectionOf({ url, lookup, proxy }: Post): Promise<RequestOptions> {
  if (proxy === null) return { agent: false, lookup };
  if (isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) === 0) await checkPublicName(url.hostname, lookup);
  const proxyEnv = { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href };
  return { agent: url.protocol === 'https:' ? new HttpsAgent({ proxyEnv }) : new HttpAgent({ proxyEnv }) };
}

function proxyRefused(proxy: URL, status: number | undefined, cause?: unknown): ConnectionError {
  const hint = status === 407 ? '; it wants a login: http://user:password@host:port in HTTPS_PROXY or HTTP_PROXY' : '';
  const message = `the proxy ${proxy.host} answered ${status ?? 'without a status'} and did not reach the webhook${hint}`;
  return new ConnectionError('webhook.proxy-refused', message, { cause });
}

function errorOf({ status, retryAfterMs }: Answer): ConnectionError | ProcessingError {
  if (status === 410) {
    return new ProcessingError(
      'webhook.gone',
      'the webhook answered 410: it does not want notifications any more; unset NOTIFICATION_WEBHOOK',
    );
  }
  if (status >= 300 && status < 400) {
    const message = `the webhook answered ${status}: redirects are not followed; set NOTIFICATION_WEBHOOK to the final URL`;
    return new ProcessingError('webhook.redirected', message);
  }
  const message = `the webhook answered ${status}`;
  if (status >= 500 || status === 429) return new ConnectionError('webhook.unavailable', message, { retryAfterMs });
  return new ProcessingError('webhook.refused', message);
}

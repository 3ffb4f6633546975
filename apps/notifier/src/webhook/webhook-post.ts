import { ConnectionError, ProcessingError, TimeoutError, isBatchmillError } from '@batchmill/contracts';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

const timeoutMs = 20_000;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly lookup: LookupFunction;
}

/** Posts once, over its own connection, and follows no redirect. Resolves with the status when it is 2xx, else throws. */
export async function postWebhook(post: Post): Promise<number> {
  const signal = AbortSignal.timeout(timeoutMs);
  const status = await statusOf(post, signal).catch((cause: unknown) => {
    if (isBatchmillError(cause)) throw cause;
    if (signal.aborted) {
      throw new TimeoutError('webhook.timeout', `the webhook did not answer within ${timeoutMs} ms`, { cause });
    }
    const { code = 'no connection' } = cause as NodeJS.ErrnoException; // most errors of a socket have a code
    throw new ConnectionError('webhook.unreachable', `the webhook cannot be reached (${code})`, { cause });
  });
  if (status >= 200 && status < 300) return status;
  throw errorOfStatus(status);
}

function statusOf({ url, headers, body, lookup }: Post, signal: AbortSignal): Promise<number> {
  const requestOf = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = requestOf(url, { method: 'POST', headers, agent: false, lookup, signal }, (response) => {
      // The body of the response is not used.
      response.on('error', () => undefined).resume();
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    request.on('error', reject).end(body);
  });
}

function errorOfStatus(status: number): ConnectionError | ProcessingError {
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
  if (status >= 500 || status === 429) return new ConnectionError('webhook.unavailable', message);
  return new ProcessingError('webhook.refused', message);
}

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

/** Posts once, over a connection of its own; redirects are not followed. Resolves with the status when that is 2xx. */
export async function postWebhook(post: Post): Promise<number> {
  const signal = AbortSignal.timeout(timeoutMs);
  const status = await statusOf(post, signal).catch((cause: unknown) => {
    if (isBatchmillError(cause)) throw cause;
    if (signal.aborted) {
      throw new TimeoutError('webhook.timeout', `the webhook did not answer within ${timeoutMs} ms`, { cause });
    }
    const { code = 'no connection' } = cause as NodeJS.ErrnoException; // what a socket throws has one, mostly
    throw new ConnectionError('webhook.away', `the webhook cannot be reached (${code})`, { cause });
  });
  if (status >= 200 && status < 300) return status;
  throw refusal(status);
}

function statusOf({ url, headers, body, lookup }: Post, signal: AbortSignal): Promise<number> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers, agent: false, lookup, signal }, (response) => {
      // What it says besides is nobody's.
      response.on('error', () => undefined).resume();
      resolve(response.statusCode ?? 0);
      asked.destroy();
    });
    asked.on('error', reject).end(body);
  });
}

function refusal(status: number): ConnectionError | ProcessingError {
  if (status === 410) {
    return new ProcessingError(
      'webhook.gone',
      'the webhook answered 410: it wants no more; unset NOTIFICATION_WEBHOOK',
    );
  }
  if (status >= 300 && status < 400) {
    const message = `the webhook answered ${status}: redirects are not followed; set NOTIFICATION_WEBHOOK to where it is`;
    return new ProcessingError('webhook.redirected', message);
  }
  const message = `the webhook answered ${status}`;
  if (status >= 500 || status === 429) return new ConnectionError('webhook.unwell', message);
  return new ProcessingError('webhook.refused', message);
}

import { ConnectionError, ProcessingError, TimeoutError } from '@batchmill/contracts';

const timeoutMs = 10_000;

/** Posts a notification as JSON. The id goes along: a receiver that sees it twice knows that it is the same. */
export class Webhook {
  async post(url: string, id: string, payload: Readonly<Record<string, unknown>>): Promise<void> {
    const headers = { 'content-type': 'application/json', 'webhook-id': id };
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(payload), signal }).catch(
      (cause: unknown) => {
        if (signal.aborted)
          throw new TimeoutError('webhook.timeout', `the webhook did not answer within ${timeoutMs} ms`, { cause });
        throw new ConnectionError('webhook.away', 'the webhook cannot be reached', { cause });
      },
    );
    await response.body?.cancel();
    if (response.ok) return;
    const message = `the webhook answered ${response.status}; it is tried again`;
    if (response.status >= 500 || response.status === 429) throw new ConnectionError('webhook.unwell', message);
    throw new ProcessingError('webhook.refused', message);
  }
}

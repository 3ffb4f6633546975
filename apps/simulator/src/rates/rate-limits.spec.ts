import { describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

const model = 'text-embedding-3-small';

function embed(client: TestClient, input: string | readonly string[] = 'hello', more: object = {}): Promise<Response> {
  return client.send('POST', '/v1/embeddings', { model, input, dimensions: 8, ...more });
}

function ratesOf(response: Response): Record<string, string> {
  return Object.fromEntries([...response.headers].filter(([name]) => /^x-ratelimit|^retry-after/.test(name)));
}

describe('the rate limits of the synchronous endpoints', () => {
  it('there is none, and no header of it, unless it is set', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      for (let sent = 0; sent < 20; sent += 1) expect(ratesOf(await embed(client))).toEqual({});
    });
  });

  it('requests beyond the limit are refused as OpenAI does, are not billed, and are taken again after their Retry-After', async () => {
    await withSimulator({ speed: 0, limits: { requestsPerMinute: 3 } }, async (client) => {
      const first = await embed(client);
      await embed(client);
      await embed(client);
      const refused = await embed(client);

      expect(ratesOf(first)).toEqual({
        'x-ratelimit-limit-requests': '3',
        'x-ratelimit-remaining-requests': '2',
        'x-ratelimit-reset-requests': '20s',
      });
      expect(refused.status).toBe(429);
      expect(ratesOf(refused)).toMatchObject({
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '1m0s',
        'retry-after': '20',
        'retry-after-ms': '20000',
      });
      expect(await refused.json()).toEqual({
        error: {
          message:
            'Rate limit reached for text-embedding-3-small in organization org-simulated on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
          type: 'requests',
          param: null,
          code: 'rate_limit_exceeded',
        },
      });
      expect((await client.ledger()).synchronous.requests).toBe(3);
      await client.advance(20);
      expect((await embed(client)).status).toBe(200);
      expect((await embed(client)).status).toBe(429);
    });
  });

  it('tokens count too: of the prompt, and those that it may answer', async () => {
    await withSimulator({ speed: 0, limits: { tokensPerMinute: 100 } }, async (client) => {
      const chat = (maxTokens: number) =>
        client.send('POST', '/v1/chat/completions', {
          model: 'gpt-4o-mini',
          messages: [{ role: 'user', content: 'hello' }],
          max_tokens: maxTokens,
        });

      expect((await chat(80)).headers.get('x-ratelimit-remaining-tokens')).toBe('12');
      expect(await client.refusal(chat(20))).toMatchObject({ status: 429, type: 'tokens' });
      await client.advance(60);
      expect((await client.refusal(chat(100))).message).toMatch(/^Request too large for gpt-4o-mini .* Limit 100, /);
    });
  });

  it('each account and each model has its own', async () => {
    await withSimulator({ speed: 0, limits: { requestsPerMinute: 1 } }, async (client) => {
      const other = new TestClient(client.url, 'sk-org-a-1');

      expect((await embed(client)).status).toBe(200);
      expect((await embed(client, 'hello', { model: 'text-embedding-3-large' })).status).toBe(200);
      expect((await embed(other)).status).toBe(200);
      expect((await embed(client)).status).toBe(429);
    });
  });
});

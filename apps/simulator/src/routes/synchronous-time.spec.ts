import { describe, expect, it } from '@jest/globals';
import { until, type TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

const messages = [{ role: 'user', content: 'Water is wet. What is wet?' }];

function chat(client: TestClient, more: object = {}): Promise<Response> {
  return client.send('POST', '/v1/chat/completions', { model: 'gpt-5-mini', messages, ...more });
}

describe('the time and the tier of synchronous calls', () => {
  it('a call takes simulated time, and is billed once from its beginning', async () => {
    await withSimulator({ speed: 0, synchronousSeconds: 10 }, async (client) => {
      let isAnswered = false;
      const answer = chat(client).finally(() => (isAnswered = true));
      await until(async () => ((await client.ledger()).synchronous.requests === 1 ? true : undefined), 'the call');

      await client.advance(9);
      expect(isAnswered).toBe(false);
      await client.advance(1);

      expect((await answer).status).toBe(200);
      expect((await client.ledger()).synchronous.requests).toBe(1);
    });
  });

  it('a client that goes, and a server that closes, do not wait for the end of a call', async () => {
    await withSimulator({ speed: 0, synchronousSeconds: 10 }, async (client) => {
      const stopping = new AbortController();
      const gone = client.fetch('/v1/embeddings', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'text-embedding-3-small', input: 'x' }),
        signal: stopping.signal,
      });
      void chat(client).catch(() => undefined);
      await until(async () => ((await client.ledger()).synchronous.requests === 2 ? true : undefined), 'the calls');

      stopping.abort();

      await expect(gone).rejects.toThrow();
      expect((await client.ledger()).synchronous.requests).toBe(2);
    });
  });

  it('the answer names its tier, of chat and of responses', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      const usual = (await (await chat(client)).json()) as { service_tier: string };
      const flex = (await (await chat(client, { service_tier: 'flex' })).json()) as { service_tier: string };
      const response = await client.post('/v1/responses', { model: 'gpt-5', input: 'hello', service_tier: 'flex' });

      expect([usual.service_tier, flex.service_tier, response['service_tier']]).toEqual(['default', 'flex', 'flex']);
    });
  });

  it('the tier flex costs half', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await chat(client);
      const usual = (await client.ledger()).synchronous.usd;
      await chat(client, { service_tier: 'flex' });

      expect((await client.ledger()).synchronous.usd).toBeCloseTo(usual * 1.5, 12);
    });
  });

  it('a call of the tier flex takes longer', async () => {
    await withSimulator({ speed: 0, synchronousSeconds: 10 }, async (client) => {
      let isAnswered = false;
      const answer = chat(client, { service_tier: 'flex' }).finally(() => (isAnswered = true));
      await until(async () => ((await client.ledger()).synchronous.requests === 1 ? true : undefined), 'the call');

      await client.advance(49);
      await client.ledger();
      expect(isAnswered).toBe(false);
      await client.advance(1);

      expect((await answer).status).toBe(200);
    });
  });

  it('a model without the tier refuses it, and so does a fault while there are no resources; neither is billed', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'synchronous', what: 'no-flex' }]);

      const without = await client.refusal(chat(client, { model: 'gpt-4o', service_tier: 'flex' }));
      const unavailable = await client.refusal(chat(client, { service_tier: 'flex' }));

      expect(without).toMatchObject({ status: 400, param: 'service_tier' });
      expect(unavailable).toMatchObject({ status: 429, code: 'resource_unavailable' });
      expect((await client.ledger()).synchronous.requests).toBe(0);
      expect((await chat(client)).status).toBe(200);
    });
  });
});

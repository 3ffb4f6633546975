import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProxyServer } from '@batchmill/testing';
import { json } from 'node:stream/consumers';
import { sampleBatch } from './testing/sample-requests.js';
import { StubServer, respondJson } from './testing/stub-server.js';

const dayMs = 86_400_000;

describe('how long the provider keeps result files', () => {
  let received: Record<string, unknown> | null;
  let server: StubServer;
  let proxy: ProxyServer;
  beforeEach(async () => {
    received = null;
    server = await StubServer.start((request, response) => {
      void json(request).then((body) => {
        received = body as Record<string, unknown>; // the body of a create call
        respondJson(response, { id: 'batch_1', status: 'validating', created_at: 1, endpoint: '/v1/embeddings' });
      });
    });
    // Only the proxy gets the names of the hosts below, and it sends everything to the server.
    proxy = await ProxyServer.open({ targetPort: Number(new URL(server.url).port) });
  });
  afterEach(async () => {
    await server.close();
    await proxy.close();
  });

  async function createAt(host: string, resultsExpireMs: number | null = null): Promise<void> {
    const proxies = { http: proxy.url, https: null, except: [] };
    await server.provider({ baseUrl: `http://${host}/v1`, proxies, resultsExpireMs }).createBatch(sampleBatch());
  }

  it.each(['api.openai.com', 'eu.api.openai.com'])('%s is asked to delete them after 30 days', async (host) => {
    await createAt(host);

    expect(received).toMatchObject({ output_expires_after: { anchor: 'created_at', seconds: 2_592_000 } });
  });

  it('a resource of Azure is asked to delete them after 30 days too, so that they do not fill its 500 files', async () => {
    await createAt('mine.openai.azure.com');

    expect(received).toMatchObject({ output_expires_after: { anchor: 'created_at', seconds: 2_592_000 } });
  });

  it.each(['gateway.example.invalid', 'api.openai.com.example.invalid', 'api.groq.com'])(
    '%s may not know the field, and is not asked',
    async (host) => {
      await createAt(host);

      expect(received).toMatchObject({ completion_window: '24h' });
      expect(received).not.toHaveProperty('output_expires_after');
    },
  );

  it.each(['api.openai.com', 'gateway.example.invalid'])('%s is asked for the time of the setting', async (host) => {
    await createAt(host, 2 * dayMs);

    expect(received).toMatchObject({ output_expires_after: { anchor: 'created_at', seconds: 172_800 } });
  });
});

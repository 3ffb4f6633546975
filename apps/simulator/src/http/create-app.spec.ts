import { describe, expect, it } from '@jest/globals';
import { TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

describe('every answer', () => {
  it('401 without a key and with a refused one; any other key is accepted; /admin requires none', async () => {
    await withSimulator({}, async (client) => {
      const none = await fetch(`${client.url}/v1/models`);
      const refused = await new TestClient(client.url, 'sk-refused-42').refusal(
        new TestClient(client.url, 'sk-refused-42').fetch('/v1/models'),
      );

      expect(none.status).toBe(401);
      expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'invalid_request_error' });
      expect(refused.message).not.toContain('42');
      expect((await new TestClient(client.url, 'anything').fetch('/v1/models')).status).toBe(200);
      expect((await fetch(`${client.url}/admin/ledger`)).status).toBe(200);
    });
  });

  it('errors have the provider’s format, and every answer has a request id', async () => {
    await withSimulator({}, async (client) => {
      const unknown = await client.fetch('/v1/nothing');
      const unreadable = await client.fetch('/v1/embeddings', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
      });

      expect(unknown.status).toBe(404);
      expect(await unknown.json()).toEqual({
        error: { message: 'Invalid URL (GET /v1/nothing)', type: 'invalid_request_error', param: null, code: null },
      });
      expect(unreadable.status).toBe(400);
      expect(((await unreadable.json()) as { error: { message: string } }).error.message).toMatch(
        /could not parse the JSON/,
      );
      expect(unknown.headers.get('x-request-id')).not.toBe(unreadable.headers.get('x-request-id'));
    });
  });

  it('models are listed with and without a date', async () => {
    await withSimulator({}, async (client) => {
      const { data } = await client.get<{ data: { id: string }[] }>('/v1/models');

      expect(data.map(({ id }) => id)).toContain('text-embedding-3-small');
      expect((await client.fetch('/v1/models/gpt-4o-2024-08-06')).status).toBe(200);
      expect((await client.fetch('/v1/models/gpt-1')).status).toBe(404);
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { chatRequest, embeddingRequests } from '../testing/requests.js';
import { TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';
import { providers, type SimulatedProviderName } from './providers.js';

const names = Object.keys(providers) as SimulatedProviderName[]; // of an object whose keys are these
const chat = [chatRequest('c', 'Mills turn.')];

/** A client at the path of the provider. */
async function at<Result>(
  provider: SimulatedProviderName,
  test: (client: TestClient, root: TestClient) => Promise<Result>,
  options: Parameters<typeof withSimulator>[0] = {},
): Promise<Result> {
  return withSimulator({ provider, ...options }, async (root) => {
    const prefix = providers[provider].basePath.replace(/\/v1$/, '');
    return test(new TestClient(`${root.url}${prefix}`), root);
  });
}

describe('a simulator that behaves like a provider', () => {
  it.each(names)('%s answers at its own path alone, and completes a batch of chat', async (name) => {
    await at(name, async (client, root) => {
      const id = await client.upload(chat);
      await root.advance(120);

      const created = (await (await client.createRaw(id, '/v1/chat/completions')).json()) as { id: string };
      const batch = await client.reached(created.id, 'completed', 'COMPLETED');

      expect(batch.request_counts).toEqual({ total: 1, completed: 1, failed: 0 });
      expect(await client.results(batch.output_file_id)).toHaveLength(1);
      const other = providers[name].basePath === '/v1' ? '/openai/v1/batches' : '/v1/batches';
      expect((await root.fetch(other)).status).toBe(404);
    });
  });

  it.each(names)('%s refuses what it does not batch', async (name) => {
    await at(name, async (client, root) => {
      const id = await client.upload(embeddingRequests(1));
      await root.advance(120);

      const { status } = await client.createRaw(id, '/v1/embeddings');

      expect(status).toBe(providers[name].endpoints.includes('/v1/embeddings') ? 200 : 400);
    });
  });

  it.each<[SimulatedProviderName, string, number]>([
    ['openai', '48h', 400],
    ['azure', '48h', 400],
    ['groq', '7d', 200],
    ['groq', '169h', 400],
    ['groq', '12h', 400],
    ['novita', '48h', 200],
    ['novita', '72h', 400],
    ['alibaba', '14d', 200],
    ['alibaba', '337h', 400],
  ])('%s answers a batch with the window %s with %i', async (name, window, status) => {
    await at(name, async (client, root) => {
      const id = await client.upload(chat);
      await root.advance(120);

      const answer = await client.createRaw(id, '/v1/chat/completions', { completion_window: window });

      expect(answer.status).toBe(status);
    });
  });

  it.each<[SimulatedProviderName, number, number]>([
    ['openai', 3_600, 200],
    ['azure', 3_600, 400],
    ['azure', 2_592_000, 200],
    ['groq', 2_592_000, 400],
    ['openai-compatible', 2_592_000, 400],
  ])('%s answers results that expire after %i seconds with %i', async (name, seconds, status) => {
    await at(name, async (client, root) => {
      const id = await client.upload(chat);
      await root.advance(120);

      const expires = { output_expires_after: { anchor: 'created_at', seconds } };

      expect((await client.createRaw(id, '/v1/chat/completions', expires)).status).toBe(status);
    });
  });

  it('azure: a file is pending for a minute, and its batch goes on after its window', async () => {
    await at(
      'azure',
      async (client, root) => {
        const id = await client.upload(chat);
        const early = await client.createRaw(id, '/v1/chat/completions');
        await root.advance(61);
        const created = await client.createRaw(id, '/v1/chat/completions');
        const { id: batchId } = (await created.json()) as { id: string };
        await root.advance(90_000);

        expect(early.status).toBe(400);
        expect((await client.reached(batchId, 'in_progress')).output_file_id).toBe('');
        await root.advance(20_000);
        expect((await client.settled(batchId)).status).toBe('completed');
      },
      { speed: 0, turnaround: { kind: 'fixed', seconds: 105_000 } },
    );
  });

  it('azure: a full queue is said by the create call, with its limit', async () => {
    await at(
      'azure',
      async (client, root) => {
        const file = await client.upload(
          Array.from({ length: 40 }, (_, n) => chatRequest(`c${n}`, 'Mills turn. '.repeat(10))),
        );
        await root.advance(61);

        const refusal = await client.refusal(client.createRaw(file, '/v1/chat/completions'));

        expect(refusal).toMatchObject({ status: 400, code: 'token_limit_exceeded' });
        expect(refusal.message).toContain("surpassed the configured limit of 1K for the deployment 'gpt-4o-mini'");
        expect((await client.get<{ data: unknown[] }>('/v1/batches')).data).toEqual([]);
      },
      { limits: { maxEnqueuedTokens: 1_000 } },
    );
  });

  it('groq: the list has pages by a cursor, and `after` begins it again', async () => {
    await at('groq', async (client) => {
      const file = await client.upload(chat);
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) {
        const answer = await client.createRaw(file, '/v1/chat/completions');
        ids.unshift(((await answer.json()) as { id: string }).id);
      }

      type Page = { data: { id: string }[]; paging: { next_cursor: string } | null; has_more?: boolean };
      const first = await client.get<Page>('/v1/batches?limit=2');
      const second = await client.get<Page>(`/v1/batches?limit=2&cursor=${first.paging?.next_cursor}`);
      const again = await client.get<Page>(`/v1/batches?limit=2&after=${ids[1]}`);

      const idsOf = ({ data }: Page): string[] => data.map(({ id }) => id);
      expect([idsOf(first), idsOf(second), idsOf(again)]).toEqual([ids.slice(0, 2), ids.slice(2), ids.slice(0, 2)]);
      expect([second.paging, first.has_more]).toEqual([null, undefined]);
    });
  });

  it('novita: states, times, files and errors are written in its own way, and metadata is forgotten', async () => {
    await at(
      'novita',
      async (client, root) => {
        const id = await client.upload(chat);
        const file = await client.get(`/v1/files/${id}`);
        const created = await client.createRaw(id, '/v1/chat/completions', { metadata: { key: 'k' } });
        const { id: batchId } = (await created.json()) as { id: string };
        await root.advance(250);
        const batch = await client.reached(batchId, 'PROGRESS');

        expect(file).not.toHaveProperty('status');
        expect(batch).toMatchObject({ output_file_id: '', error_file_id: '', errors: '', metadata: null });
        expect(batch.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.0{9}\+08:00$/);
      },
      { speed: 0, turnaround: { kind: 'fixed', seconds: 500 } },
    );
  });

  it('alibaba: an account has only so many batches at work', async () => {
    await at(
      'alibaba',
      async (client) => {
        const file = await client.upload(chat);
        await client.createRaw(file, '/v1/chat/completions');

        const refusal = await client.refusal(client.createRaw(file, '/v1/chat/completions'));

        expect(refusal).toMatchObject({ status: 429, code: 'Throttling.RateQuota' });
      },
      { limits: { maxActiveBatches: 1 }, speed: 0, turnaround: { kind: 'fixed', seconds: 500 } },
    );
  });

  it.each<[SimulatedProviderName, number, string]>([
    ['openai', 200, 'gpt-4o-mini'],
    ['azure', 200, 'gpt-4o-mini-base'],
    ['alibaba', 404, ''],
  ])('%s answers a request for its models with %i', async (name, status, model) => {
    await at(name, async (client) => {
      const answer = await client.fetch('/v1/models');
      const { data = [] } = (await answer.json()) as { data?: { id: string }[] };

      expect(answer.status).toBe(status);
      if (model !== '') expect(data.map(({ id }) => id)).toContain(model);
    });
  });

  it('an unknown provider is refused with the names of those that are known', async () => {
    const provider = 'grok' as SimulatedProviderName;

    await expect(withSimulator({ provider }, async () => undefined)).rejects.toThrow(
      'provider is "grok"; expected one of openai, azure, groq, novita, alibaba, openai-compatible.',
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { chatRequest, embeddingRequest, embeddingRequests } from '../testing/requests.js';
import { withSimulator } from '../testing/with-simulator.js';

describe('the ledger', () => {
  it('M1: batches cost half of what is synchronous', async () => {
    await withSimulator({}, async (client) => {
      const { messages } = chatRequest('a', 'Rain falls. Wind blows.')['body'] as { messages: unknown };
      await client.run([chatRequest('a', 'Rain falls. Wind blows.')], '/v1/chat/completions');
      const batched = await client.ledger();
      await client.post('/v1/chat/completions', { model: 'gpt-4o-mini', messages });

      const both = await client.ledger();

      expect(batched.usd).toBeGreaterThan(0);
      expect(both.synchronous.nanoUsd).toBe(batched.nanoUsd * 2);
      expect(both.nanoUsd).toBe(batched.nanoUsd * 3);
      expect(both).toMatchObject({ requests: 2, inputTokens: batched.inputTokens * 2 });
    });
  });

  it('reports what was billed twice: the same custom_id and body, and in which batches', async () => {
    await withSimulator({}, async (client) => {
      const first = await client.run([embeddingRequest('same', 'x'), embeddingRequest('changed', 'before')]);
      const second = await client.run([embeddingRequest('same', 'x'), embeddingRequest('changed', 'after')]);

      const { twice } = await client.ledger();

      expect(twice).toEqual([{ customId: 'same', times: 2, batches: [first.id, second.id] }]);
    });
  });

  it('reports each batch’s state, metadata, requests and billing, and which files are left', async () => {
    await withSimulator({}, async (client) => {
      const more = { metadata: { batchId: 'b1' } };
      const { id, output_file_id: output } = await client.run(
        [embeddingRequest('a', 'x'), embeddingRequest('b', '')],
        '/v1/embeddings',
        more,
      );
      await client.fetch(`/v1/files/${output}`, { method: 'DELETE' });

      const ledger = await client.ledger();

      const { inputTokens, outputTokens, usd, nanoUsd } = ledger;
      const usage = { inputTokens, outputTokens, usd, nanoUsd };
      expect(ledger.batches).toEqual([
        { id, status: 'completed', metadata: more.metadata, requests: 2, billed: 1, usage },
      ]);
      expect(inputTokens).toBeGreaterThan(0);
      expect(ledger.files.map(({ purpose }) => purpose)).toEqual(['batch_output', 'batch']);
    });
  });

  it('a reset clears everything but the time, even while a batch is processed', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, async (client) => {
      const { id } = await client.create(embeddingRequests(50));
      await client.advance(50);
      await client.reached(id, 'in_progress');
      await client.faults([{ on: 'line', what: 'missing' }]);
      const { nowSeconds } = await client.get<{ nowSeconds: number }>('/admin/clock');

      await client.post('/admin/reset', {});

      expect(await client.ledger()).toMatchObject({ requests: 0, usd: 0, twice: [], batches: [], files: [] });
      expect((await client.fetch(`/v1/batches/${id}`)).status).toBe(404);
      expect(await client.get('/admin/faults')).toEqual([]);
      expect((await client.get<{ nowSeconds: number }>('/admin/clock')).nowSeconds).toBeGreaterThanOrEqual(nowSeconds);
      const next = await client.create(embeddingRequests(1));
      await client.advance(100);
      expect((await client.settled(next.id)).request_counts).toEqual({ total: 1, completed: 1, failed: 0 });
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { embeddingRequests } from '../testing/requests.js';
import type { BatchView, TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

async function listed(client: TestClient): Promise<string[]> {
  const { data } = await client.get<{ data: BatchView[] }>('/v1/batches');
  return data.map(({ id }) => id);
}

describe('faults on calls', () => {
  it('status on each call: refused, and nothing has happened', async () => {
    await withSimulator({}, async (client) => {
      const done = await client.run(embeddingRequests(1));
      const file = await client.upload(embeddingRequests(1));
      const before = await client.ledger();
      const calls: Readonly<Record<string, () => Promise<Response>>> = {
        'files.create': () => client.uploadRaw('x'.repeat(300_000)),
        'files.content': () => client.fetch(`/v1/files/${done.output_file_id}/content`),
        'batches.create': () => client.createRaw(file),
        'batches.retrieve': () => client.fetch(`/v1/batches/${done.id}`),
        'batches.list': () => client.fetch('/v1/batches'),
        'batches.cancel': () => client.send('POST', `/v1/batches/${done.id}/cancel`, {}),
        synchronous: () => client.send('POST', '/v1/embeddings', { model: 'text-embedding-3-small', input: 'x' }),
      };

      for (const [on, call] of Object.entries(calls)) {
        await client.faults([{ on, what: 'status', value: 429, times: 1 }]);
        expect([on, await client.refusal(call())]).toEqual([
          on,
          expect.objectContaining({ status: 429, code: 'rate_limit_exceeded' }),
        ]);
        if (on !== 'batches.cancel' && on !== 'batches.create') expect((await call()).status).toBe(200);
      }

      const after = await client.ledger();
      expect(after.batches).toHaveLength(before.batches.length);
      expect(after.files).toHaveLength(before.files.length + 1);
    });
  });

  it('status without a value: 500, and 502 on a content', async () => {
    await withSimulator({}, async (client) => {
      await client.faults(['batches.list', 'files.content'].map((on) => ({ on, what: 'status' })));
      const file = await client.upload([]);

      expect((await client.fetch('/v1/batches')).status).toBe(500);
      expect((await client.fetch(`/v1/files/${file}/content`)).status).toBe(502);
    });
  });

  it('drop-answer: the call is processed, but no answer arrives', async () => {
    await withSimulator({}, async (client) => {
      const file = await client.upload(embeddingRequests(1));
      await client.faults(
        ['files.create', 'batches.create', 'synchronous'].map((on) => ({ on, what: 'drop-answer', times: 1 })),
      );

      await expect(client.createRaw(file)).rejects.toThrow();
      await expect(client.uploadRaw('y')).rejects.toThrow();
      await expect(
        client.send('POST', '/v1/embeddings', { model: 'text-embedding-3-small', input: 'x' }),
      ).rejects.toThrow();

      const ledger = await client.ledger();
      expect(ledger.batches).toHaveLength(1);
      expect(ledger.files.filter(({ purpose }) => purpose === 'batch')).toHaveLength(2);
      expect(ledger.synchronous.requests).toBe(1);
      expect((await client.createRaw(file)).status).toBe(200);
    });
  });

  it('cut-off: the content ends early and the connection breaks', async () => {
    await withSimulator({}, async (client) => {
      const file = (await (await client.uploadRaw('x'.repeat(1_000_000))).json()) as { id: string };
      await client.faults([{ on: 'files.content', what: 'cut-off', value: 25, times: 1 }]);

      const response = await client.fetch(`/v1/files/${file.id}/content`);
      let bytes = 0;
      const read = async (): Promise<void> => {
        for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) bytes += chunk.length;
      };

      expect(response.headers.get('content-length')).toBe('1000000');
      await expect(read()).rejects.toThrow();
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(250_000);
      expect(await client.content(file.id)).toHaveLength(1_000_000);
    });
  });

  it('delay: late by that many milliseconds, or slow from chunk to chunk', async () => {
    await withSimulator({}, async (client) => {
      const file = (await (await client.uploadRaw('x'.repeat(200_000))).json()) as { id: string };
      await client.faults([
        { on: 'batches.list', what: 'delay', value: 120 },
        { on: 'files.content', what: 'delay', value: { perChunkMs: 40 } },
      ]);

      const start = performance.now();
      await client.fetch('/v1/batches');
      const late = performance.now() - start;
      const content = await client.content(file.id);
      const slow = performance.now() - start - late;

      expect(late).toBeGreaterThanOrEqual(115);
      expect(content).toHaveLength(200_000);
      expect(slow).toBeGreaterThanOrEqual(150);
    });
  });

  it('stale lists omit a new batch from the first n lists, then show it', async () => {
    await withSimulator({}, async (client) => {
      const old = await client.run(embeddingRequests(1));
      await client.faults([{ on: 'batches.list', what: 'stale', value: 2 }]);
      const { id } = await client.create(embeddingRequests(1));

      expect(await listed(client)).toEqual([old.id]);
      expect(await listed(client)).toEqual([old.id]);
      expect(await listed(client)).toEqual([id, old.id]);
      expect((await client.batch(id)).id).toBe(id);
    });
  });

  it('stale lists omit a new batch for that many simulated seconds, or as often as the rule fires', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'batches.list', what: 'stale', value: '30s' }]);
      const { id } = await client.create(embeddingRequests(1));

      expect(await listed(client)).toEqual([]);
      await client.advance(31);
      expect(await listed(client)).toEqual([id]);

      await client.faults([{ on: 'batches.list', what: 'stale', times: 1 }]);
      const newer = await client.create(embeddingRequests(1));
      expect(await listed(client)).toEqual([id]);
      expect(await listed(client)).toEqual([newer.id, id]);
    });
  });

  it('a page that omits stale batches is not shorter', async () => {
    await withSimulator({}, async (client) => {
      const old = [await client.create(embeddingRequests(1)), await client.create(embeddingRequests(1))];
      await client.faults([{ on: 'batches.list', what: 'stale' }]);
      for (let count = 0; count < 3; count += 1) await client.create(embeddingRequests(1));

      const { data, has_more } = await client.get<{ data: BatchView[]; has_more: boolean }>('/v1/batches?limit=1');

      expect(data.map(({ id }) => id)).toEqual([old[1]!.id]);
      expect(has_more).toBe(true);
    });
  });

  it('stale retrievals show the state before the last change', async () => {
    await withSimulator({}, async (client) => {
      const { id } = await client.run(embeddingRequests(1));
      await client.faults([{ on: 'batches.retrieve', what: 'stale', value: '60s', times: 1 }]);

      const [stale, fresh] = [await client.batch(id), await client.batch(id)];

      expect(stale).toMatchObject({ status: 'finalizing', output_file_id: null });
      expect(fresh.status).toBe('completed');
    });
  });

  it('match: only calls whose URL or batch contains it', async () => {
    await withSimulator({}, async (client) => {
      const marked = await client.create(embeddingRequests(1), '/v1/embeddings', { metadata: { job: 'marked' } });
      const other = await client.create(embeddingRequests(1));
      await client.faults([
        { on: 'batches.retrieve', what: 'status', match: 'marked' },
        { on: 'batches.create', what: 'status', value: 503, match: '"job":"refused"' },
        { on: 'batches.list', what: 'status', value: 504, match: 'limit=7' },
      ]);
      const file = await client.upload(embeddingRequests(1));

      expect((await client.fetch(`/v1/batches/${marked.id}`)).status).toBe(500);
      expect((await client.fetch(`/v1/batches/${other.id}`)).status).toBe(200);
      expect((await client.createRaw(file, '/v1/embeddings', { metadata: { job: 'refused' } })).status).toBe(503);
      expect((await client.createRaw(file)).status).toBe(200);
      expect((await client.fetch('/v1/batches?limit=7')).status).toBe(504);
      expect((await client.fetch('/v1/batches?limit=8')).status).toBe(200);
    });
  });
});

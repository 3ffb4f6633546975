import { describe, expect, it } from '@jest/globals';
import { chatRequest, embeddingRequest, embeddingRequests } from '../testing/requests.js';
import type { BatchView, TestClient } from '../testing/test-client.js';
import { until } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

const hundredSeconds = { kind: 'fixed', seconds: 100 } as const;

/** Waits until so many lines are done. */
function done(client: TestClient, id: string, lines: number): Promise<BatchView> {
  return until(async () => {
    const batch = await client.batch(id);
    return batch.request_counts.completed >= lines ? batch : undefined;
  }, `${lines} lines of ${id}`);
}

describe('a batch', () => {
  it('R1: goes through its states at their times, and its counts are 0 while validating', async () => {
    // 2 s to validate, 95 of the other 100 to work: whole seconds, whenever in a second the batch is created.
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 102 } }, async (client) => {
      const created = await client.create(embeddingRequests(10), '/v1/embeddings', { metadata: { job: 'a' } });
      expect(created).toMatchObject({ status: 'validating', errors: null, metadata: { job: 'a' }, usage: null });
      expect(created.request_counts).toEqual({ total: 0, completed: 0, failed: 0 });
      expect(created.expires_at - created.created_at).toBe(86_400);

      await client.advance(2);
      const started = await client.reached(created.id, 'in_progress');
      expect(started.request_counts).toEqual({ total: 10, completed: 0, failed: 0 });
      expect(started.in_progress_at! - created.created_at).toBe(2);

      await client.advance(48);
      expect((await done(client, created.id, 5)).request_counts).toEqual({ total: 10, completed: 5, failed: 0 });

      await client.advance(48);
      const finalizing = await client.reached(created.id, 'finalizing');
      expect(finalizing).toMatchObject({ output_file_id: null, completed_at: null, usage: null });
      expect(finalizing.request_counts.completed).toBe(10);

      await client.advance(4);
      const completed = await client.settled(created.id);
      expect(completed).toMatchObject({ status: 'completed', error_file_id: null, model: 'text-embedding-3-small' });
      expect(completed.completed_at! - created.created_at).toBe(102);
      expect(completed.finalizing_at! - created.created_at).toBe(97);
      expect(completed.usage!.total_tokens).toBe(completed.usage!.input_tokens);
    });
  });

  it('results come in another order than the requests, all of them, each with its own answer', async () => {
    await withSimulator({}, async (client) => {
      const requests = embeddingRequests(60);
      const batch = await client.run(requests);

      const results = await client.results(batch.output_file_id);

      const ids = results.map((result) => result.custom_id);
      const sent = requests.map((request) => request['custom_id']);
      expect(ids).not.toEqual(sent);
      expect([...ids].sort()).toEqual([...sent].sort());
      expect(new Set(results.map(({ response }) => JSON.stringify(response?.body['data']))).size).toBe(60);
      expect(new Set(results.map(({ response }) => response?.request_id)).size).toBe(60);
    });
  });

  it('HTTP errors of lines are in the error file, answers in the output file, and only answers are billed', async () => {
    await withSimulator({}, async (client) => {
      const requests = [
        embeddingRequest('good', 'fine'),
        embeddingRequest('empty', ''),
        embeddingRequest('long', 'word '.repeat(8_193)),
      ];
      const batch = await client.run(requests);

      const [output, errors] = [await client.results(batch.output_file_id), await client.results(batch.error_file_id)];

      expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 3, completed: 1, failed: 2 } });
      expect(output.map(({ custom_id, error }) => [custom_id, error])).toEqual([['good', null]]);
      expect(errors.map(({ custom_id: id, response, error }) => [id, response?.status_code, error]).sort()).toEqual([
        ['empty', 400, null],
        ['long', 400, null],
      ]);
      expect((await client.ledger()).requests).toBe(1);
    });
  });

  it('a batch whose every line failed is completed without an output file', async () => {
    await withSimulator({}, async (client) => {
      const batch = await client.run([embeddingRequest('a', ''), embeddingRequest('b', '')]);

      expect(batch).toMatchObject({ status: 'completed', output_file_id: null });
      expect(await client.results(batch.error_file_id)).toHaveLength(2);
    });
  });

  it('I2: chat and responses are answered in batches too', async () => {
    await withSimulator({}, async (client) => {
      const chat = await client.run([chatRequest('c', 'Snow falls. Ice melts.')], '/v1/chat/completions');
      const body = { model: 'gpt-4o', input: 'Snow falls. Ice melts. What melts?' };
      const line = { custom_id: 'r', method: 'POST', url: '/v1/responses', body };
      const response = await client.run([line], '/v1/responses');

      const [answered] = await client.results(chat.output_file_id);
      const [responded] = await client.results(response.output_file_id);

      expect(answered?.response?.body).toMatchObject({ choices: [{ message: { content: 'Snow falls. Ice melts.' } }] });
      expect(responded?.response?.body).toMatchObject({ output: [{ content: [{ text: 'Ice melts.' }] }] });
      expect(chat.usage!.output_tokens).toBeGreaterThan(0);
    });
  });

  it('expired: what finished is in the output file and billed, the rest in the error file', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 48 * 3_600 } }, async (client) => {
      const created = await client.create(embeddingRequests(100));
      await client.advance(86_400);

      const batch = await client.settled(created.id);

      expect(batch.status).toBe('expired');
      expect(batch.expired_at).toBe(batch.expires_at);
      const [output, errors] = [await client.results(batch.output_file_id), await client.results(batch.error_file_id)];
      expect(output.length).toBeGreaterThan(45);
      expect(output.length).toBeLessThan(55);
      expect(batch.request_counts).toEqual({ total: 100, completed: output.length, failed: 0 });
      expect(output.length + errors.length).toBe(100);
      expect(new Set(errors.map(({ response, error }) => `${JSON.stringify(response)} ${error?.code}`))).toEqual(
        new Set(['null batch_expired']),
      );
      expect((await client.ledger()).requests).toBe(output.length);
    });
  });

  it('cancelled: some seconds later, with what finished in the output file and the rest in the error file', async () => {
    await withSimulator({ speed: 0, turnaround: hundredSeconds, cancellingSeconds: 25 }, async (client) => {
      const created = await client.create(embeddingRequests(20));
      await client.advance(50);
      const half = await done(client, created.id, 10);

      const cancelled = await client.post<BatchView>(`/v1/batches/${created.id}/cancel`, {});
      expect(cancelled).toMatchObject({ status: 'cancelling', output_file_id: null });
      expect((await client.post<BatchView>(`/v1/batches/${created.id}/cancel`, {})).cancelling_at).toBe(
        cancelled.cancelling_at,
      );

      await client.advance(25);
      const batch = await client.settled(created.id);
      expect(batch.status).toBe('cancelled');
      expect(batch.cancelled_at! - batch.cancelling_at!).toBe(25);
      const [output, errors] = [await client.results(batch.output_file_id), await client.results(batch.error_file_id)];
      expect(output).toHaveLength(half.request_counts.completed);
      expect(errors).toHaveLength(20 - output.length);
      expect(errors.every(({ error, response }) => error?.code === 'batch_cancelled' && response === null)).toBe(true);
      expect((await client.ledger()).requests).toBe(output.length);
    });
  });

  it('cancelled before it was validated: nothing is billed, every line is in the error file', async () => {
    await withSimulator({ speed: 0, turnaround: hundredSeconds }, async (client) => {
      const created = await client.create(embeddingRequests(3));
      await client.post(`/v1/batches/${created.id}/cancel`, {});
      await client.advance(25);

      const batch = await client.settled(created.id);

      expect(batch).toMatchObject({ status: 'cancelled', output_file_id: null });
      expect(await client.results(batch.error_file_id)).toHaveLength(3);
      expect((await client.ledger()).requests).toBe(0);
    });
  });

  it('a settled batch cannot be cancelled', async () => {
    await withSimulator({}, async (client) => {
      const { id } = await client.run(embeddingRequests(1));

      const refusal = await client.refusal(client.send('POST', `/v1/batches/${id}/cancel`, {}));

      expect(refusal).toMatchObject({ status: 409, message: "Cannot cancel a batch with status 'completed'." });
    });
  });

  it('R2: lists are newest first, page by page', async () => {
    await withSimulator({}, async (client) => {
      const ids: string[] = [];
      for (let count = 0; count < 5; count += 1) ids.unshift((await client.create(embeddingRequests(1))).id);

      const first = await client.get<{ data: BatchView[]; has_more: boolean; last_id: string }>('/v1/batches?limit=3');
      const second = await client.get<{ data: BatchView[]; has_more: boolean }>(
        `/v1/batches?limit=3&after=${first.last_id}`,
      );

      expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids);
      expect([first.has_more, second.has_more]).toEqual([true, false]);
      for (const limit of ['0', '101', 'x'])
        expect((await client.fetch(`/v1/batches?limit=${limit}`)).status).toBe(400);
      expect((await client.fetch('/v1/batches/batch_nowhere')).status).toBe(404);
    });
  });

  it('embeddingsPerSecond: a batch takes at least as long as its inputs', async () => {
    await withSimulator(
      { speed: 0, turnaround: { kind: 'fixed', seconds: 10 }, embeddingsPerSecond: 2 },
      async (client) => {
        const created = await client.create(embeddingRequests(200));
        await client.advance(10);
        await client.reached(created.id, 'in_progress');

        await client.advance(100);

        const batch = await client.settled(created.id);
        expect(batch.completed_at! - created.created_at).toBeGreaterThanOrEqual(100);
      },
    );
  });

  it('the same seed and input give the same result files, another seed another order', async () => {
    const requests = [...embeddingRequests(40)];
    const run = (seed: number): Promise<string> =>
      withSimulator({ seed }, async (client) => client.content((await client.run(requests)).output_file_id!));

    const [first, again, other] = [await run(5), await run(5), await run(6)];

    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(other.split('\n').sort()).toEqual(first.split('\n').sort());
  });
});

import { describe, expect, it } from '@jest/globals';
import { chatRequest, embeddingRequest, embeddingRequests } from '../testing/requests.js';
import type { BatchView } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

const [good] = embeddingRequests(1, 'good');

describe('what the creation of a batch refuses', () => {
  it('an unknown file, a wrong endpoint, another window than 24h', async () => {
    await withSimulator({}, async (client) => {
      const file = await client.upload(embeddingRequests(1));
      const assistants = (await (await client.uploadRaw('x', { purpose: 'assistants' })).json()) as { id: string };

      const refusals = [
        await client.refusal(client.createRaw('file-nowhere')),
        await client.refusal(client.createRaw(assistants.id)),
        await client.refusal(client.createRaw(file, '/v1/images')),
        await client.refusal(client.createRaw(file, '/v1/embeddings', { completion_window: '1h' })),
        await client.refusal(client.createRaw(file, '/v1/embeddings', { input_file_id: null })),
      ];

      expect(refusals.map(({ status, param }) => [status, param])).toEqual([
        [404, 'input_file_id'],
        [400, 'input_file_id'],
        [400, 'endpoint'],
        [400, 'completion_window'],
        [400, 'input_file_id'],
      ]);
    });
  });

  it('metadata above 16 pairs, 64 characters of a key, 512 of a value, or other than strings', async () => {
    await withSimulator({}, async (client) => {
      const file = await client.upload(embeddingRequests(1));
      const create = (metadata: unknown): Promise<Response> => client.createRaw(file, '/v1/embeddings', { metadata });
      const pairs = (count: number): object =>
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

      const refused = [pairs(17), { ['k'.repeat(65)]: 'v' }, { k: 'v'.repeat(513) }, { k: 1 }, 'text'];
      for (const metadata of refused) {
        expect(await client.refusal(create(metadata))).toMatchObject({ status: 400, param: 'metadata' });
      }
      for (const metadata of [pairs(16), { ['k'.repeat(64)]: 'v'.repeat(512) }, null]) {
        expect((await create(metadata)).status).toBe(200);
      }
    });
  });

  it('more batches within an hour than allowed: 429, until the hour has passed', async () => {
    await withSimulator({ speed: 0, limits: { maxBatchesPerHour: 2 } }, async (client) => {
      const file = await client.upload(embeddingRequests(1));
      await client.createRaw(file);
      await client.createRaw(file);

      expect(await client.refusal(client.createRaw(file))).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
      await client.advance(3_601);
      expect((await client.createRaw(file)).status).toBe(200);
    });
  });
});

describe('what fails a batch after validation', () => {
  const cases: readonly (readonly [string, string, { code: string; line: number | null }])[] = [
    ['a line that is not JSON', `${JSON.stringify(good)}\n{nonsense\n`, { code: 'invalid_json_line', line: 2 }],
    [
      'a custom_id that is there twice',
      `${JSON.stringify(good)}\n${JSON.stringify(good)}`,
      { code: 'duplicate_custom_id', line: 2 },
    ],
    [
      'a missing custom_id',
      JSON.stringify({ ...good, custom_id: undefined }),
      { code: 'missing_required_parameter', line: 1 },
    ],
    ['a missing body', JSON.stringify({ ...good, body: undefined }), { code: 'missing_required_parameter', line: 1 }],
    ['another method', JSON.stringify({ ...good, method: 'GET' }), { code: 'invalid_method', line: 1 }],
    ['another url than the endpoint', JSON.stringify(chatRequest('c', 'x')), { code: 'mismatched_url', line: 1 }],
    ['an unknown url', JSON.stringify({ ...good, url: '/v1/x' }), { code: 'invalid_url', line: 1 }],
    [
      'a second model',
      `${JSON.stringify(good)}\n${JSON.stringify(embeddingRequest('b', 'x', { model: 'text-embedding-3-large' }))}`,
      { code: 'mismatched_model', line: 2 },
    ],
    [
      'an unknown model',
      JSON.stringify(embeddingRequest('b', 'x', { model: 'gpt-0' })),
      { code: 'model_not_found', line: 1 },
    ],
    [
      'stream: true',
      JSON.stringify(embeddingRequest('b', 'x', { stream: true })),
      { code: 'invalid_parameter', line: 1 },
    ],
    ['an empty file', '\n', { code: 'empty_file', line: null }],
  ];

  it.each(cases)('%s, reported with its line; nothing is billed', async (_name, content, expected) => {
    await withSimulator({}, async (client) => {
      const file = (await (await client.uploadRaw(content)).json()) as { id: string };
      const created = (await (await client.createRaw(file.id)).json()) as BatchView;

      const batch = await client.settled(created.id);

      expect(created.status).toBe('validating');
      expect(batch).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
      expect(batch.errors!.data).toEqual([expect.objectContaining(expected)]);
      expect(batch.failed_at).not.toBeNull();
      expect(batch.request_counts).toEqual({ total: 0, completed: 0, failed: 0 });
      expect((await client.ledger()).requests).toBe(0);
    });
  });

  it('R4: 50,000 requests are accepted, one more is not', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, async (client) => {
      const most = await client.create(embeddingRequests(50_000));
      const tooMany = await client.create(embeddingRequests(50_001));
      await client.advance(3);

      expect((await client.reached(most.id, 'in_progress', 'failed')).request_counts.total).toBe(50_000);
      expect((await client.settled(tooMany.id)).errors!.data[0]).toMatchObject({ code: 'too_many_tasks', line: null });
    });
  });

  it('R4: embedding inputs are counted over all lines', async () => {
    await withSimulator({ limits: { maxEmbeddingInputsPerBatch: 5 } }, async (client) => {
      const requests = [embeddingRequest('a', ['1', '2', '3']), embeddingRequest('b', ['4', '5', '6'])];

      const batch = await client.run(requests);

      expect(batch.errors!.data[0]).toMatchObject({ code: 'too_many_embedding_inputs' });
      expect((await client.run([embeddingRequest('c', [['a'].length, 2, 3])])).status).toBe('completed');
    });
  });

  it('R4: an input file above 209,715,200 bytes, with the provider’s message', async () => {
    await withSimulator({ limits: { maxBatchFileBytes: 300 } }, async (client) => {
      const batch = await client.run(embeddingRequests(4));

      expect(batch.errors!.data[0]!.message).toBe(
        'The batch input file is larger than the 300 maximum for the text-embedding-3-small model. Please try again with a smaller batch.',
      );
    });
  });
});

describe('the enqueued-token limit', () => {
  it('M5: is reported asynchronously, per model, and finished batches free it', async () => {
    const enqueuedTokenLimits = { 'text-embedding-3-small': 12_345 };
    await withSimulator(
      { speed: 0, turnaround: { kind: 'fixed', seconds: 100 }, enqueuedTokenLimits },
      async (client) => {
        const large = (id: string, model?: string) =>
          embeddingRequest(id, 'word '.repeat(7_000), model === undefined ? {} : { model });
        const first = await client.create([large('first')]);
        await client.advance(2);
        await client.reached(first.id, 'in_progress');

        const second = await client.create([large('second')]);
        const otherModel = await client.create([large('third', 'text-embedding-3-large')]);
        expect(second).toMatchObject({ status: 'validating', errors: null });
        await client.advance(2);
        const refused = await client.settled(second.id);

        expect(refused).toMatchObject({ status: 'failed', output_file_id: null });
        expect(refused.errors!.data).toEqual([
          {
            code: 'token_limit_exceeded',
            message:
              'Enqueued token limit reached for text-embedding-3-small in organization org-simulated. Limit: 12,345 ' +
              'enqueued tokens. Please try again once some in_progress batches have been completed.',
            param: null,
            line: null,
          },
        ]);
        expect((await client.reached(otherModel.id, 'in_progress', 'failed')).status).toBe('in_progress');

        await client.advance(100);
        await client.settled(first.id);
        const again = await client.create([large('second')]);
        await client.advance(2);
        expect((await client.reached(again.id, 'in_progress', 'failed')).status).toBe('in_progress');
      },
    );
  });

  it('enqueued embedding requests have a limit too', async () => {
    const limits = { maxEnqueuedEmbeddingRequests: 5 };
    await withSimulator({ limits }, async (client) => {
      expect((await client.run(embeddingRequests(6))).errors!.data[0]).toMatchObject({
        code: 'request_limit_exceeded',
      });
      expect((await client.run(embeddingRequests(5))).status).toBe('completed');
    });
  });
});

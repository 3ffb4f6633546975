import { describe, expect, it } from '@jest/globals';
import { chatRequest, embeddingRequests } from '../testing/requests.js';
import type { ResultLine } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

describe('faults on batches', () => {
  it('token-limit: fails with that limit in the message', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'batch', what: 'token-limit', value: 90_000, times: 1 }]);

      const [first, second] = [await client.run(embeddingRequests(1)), await client.run(embeddingRequests(1))];

      expect(first.errors!.data[0]!.code).toBe('token_limit_exceeded');
      expect(first.errors!.data[0]!.message).toMatch(/Limit: 90,000 enqueued tokens\. Please try again/);
      expect(second.status).toBe('completed');
    });
  });

  it('expire: that percentage is done, billed and in the output file; the rest expired', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'batch', what: 'expire', value: 30 }]);

      const batch = await client.run(embeddingRequests(10));

      expect(batch.status).toBe('expired');
      expect(await client.results(batch.output_file_id)).toHaveLength(3);
      const codes = (await client.results(batch.error_file_id)).map(({ error }) => error?.code);
      expect(codes).toEqual(Array.from({ length: 7 }, () => 'batch_expired'));
      expect((await client.ledger()).requests).toBe(3);
    });
  });

  it('stall: nothing more is done until the window has passed', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'batch', what: 'stall', value: 50 }]);
      const created = await client.create(embeddingRequests(4));
      await client.advance(80_000);
      const stalled = await client.reached(created.id, 'in_progress');

      await client.advance(6_400);
      const batch = await client.settled(created.id);

      expect(stalled.request_counts.completed).toBeLessThanOrEqual(2);
      expect(batch).toMatchObject({ status: 'expired', request_counts: { total: 4, completed: 2, failed: 0 } });
    });
  });

  it('no-counts: no request is shown as ended until the batch has ended', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, async (client) => {
      await client.faults([{ on: 'batch', what: 'no-counts' }]);
      const { id } = await client.create(embeddingRequests(4));
      await client.advance(80);
      const working = await client.reached(id, 'in_progress');

      await client.advance(20);

      expect(working.request_counts).toEqual({ total: 4, completed: 0, failed: 0 });
      expect((await client.settled(id)).request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
    });
  });

  it.each(['validating', 'finalizing'])('stay: a batch stays %s, and can still be cancelled', async (state) => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'batch', what: 'stay', value: state }]);
      const { id } = await client.create(embeddingRequests(2));
      await client.reached(id, state);

      await client.advance(10 * 86_400);

      expect((await client.batch(id)).status).toBe(state);
      await client.send('POST', `/v1/batches/${id}/cancel`, {});
      await client.advance(3_600);
      expect((await client.settled(id)).status).toBe('cancelled');
    });
  });

  it('stay: a cancelled batch stays cancelling for ever', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'batch', what: 'delay', value: 500 },
        { on: 'batch', what: 'stay' },
      ]);
      const { id } = await client.create(embeddingRequests(2));

      await client.send('POST', `/v1/batches/${id}/cancel`, {});
      await client.advance(10 * 86_400);

      expect((await client.batch(id)).status).toBe('cancelling');
    });
  });

  it('ignore: a cancel is answered, and the batch completes', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'batch', what: 'delay', value: 500 },
        { on: 'batches.cancel', what: 'ignore' },
      ]);
      const { id } = await client.create(embeddingRequests(2));

      const answer = await client.send('POST', `/v1/batches/${id}/cancel`, {});
      await client.advance(500);

      expect(answer.status).toBe(200);
      expect((await client.settled(id)).status).toBe('completed');
    });
  });

  it('forget: no call finds the batch until its time is over, and it is billed all the same', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([{ on: 'batch', what: 'forget', value: 600, times: 1 }]);
      const { id } = await client.create(embeddingRequests(2));
      const { id: other } = await client.create(embeddingRequests(2));

      expect((await client.fetch(`/v1/batches/${id}`)).status).toBe(404);
      expect((await client.send('POST', `/v1/batches/${id}/cancel`, {})).status).toBe(404);
      const list = await client.get<{ data: { id: string }[] }>('/v1/batches');
      expect(list.data.map((batch) => batch.id)).toEqual([other]);

      await client.advance(600);
      expect((await client.settled(id)).status).toBe('completed');
      await client.settled(other);
      expect((await client.ledger()).requests).toBe(4);
    });
  });

  it('no-output-file: completed, every line in the error file, nothing billed', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'batch', what: 'no-output-file', value: 503 }]);

      const batch = await client.run(embeddingRequests(3));

      expect(batch).toMatchObject({
        status: 'completed',
        output_file_id: null,
        request_counts: { completed: 0, failed: 3 },
      });
      const statuses = (await client.results(batch.error_file_id)).map(({ response }) => response?.status_code);
      expect(statuses).toEqual([503, 503, 503]);
      expect((await client.ledger()).requests).toBe(0);
    });
  });

  it('status fails with that code, delay takes that much longer; both only if the metadata matches', async () => {
    await withSimulator({ speed: 0 }, async (client) => {
      await client.faults([
        { on: 'batch', what: 'status', value: 'internal_error', match: 'to-fail' },
        { on: 'batch', what: 'delay', value: 500, match: 'to-wait' },
      ]);
      const create = (job: string) => client.create(embeddingRequests(1), '/v1/embeddings', { metadata: { job } });
      const [fails, waits, other] = [await create('to-fail'), await create('to-wait'), await create('else')];

      expect((await client.settled(fails.id)).errors!.data[0]!.code).toBe('internal_error');
      expect((await client.settled(other.id)).status).toBe('completed');
      await client.advance(499);
      await client.advance(1);
      const waited = await client.settled(waits.id);
      expect(waited.completed_at! - waited.created_at).toBe(500);
    });
  });
});

describe('faults on lines', () => {
  const run = async (rule: object, count = 4) =>
    withSimulator({}, async (client) => {
      await client.faults([{ on: 'line', match: 'request-1', ...rule }]);
      const batch = await client.run(embeddingRequests(count));
      const raw = batch.output_file_id === null ? '' : await client.content(batch.output_file_id);
      const output = raw.split('\n').filter(Boolean);
      const errors = await client.results(batch.error_file_id);
      return { batch, output, errors, billed: (await client.ledger()).requests };
    });
  const idsOf = (lines: readonly string[]): string[] =>
    lines.map((line) => (JSON.parse(line) as ResultLine).custom_id).sort();

  it.each([429, 500, 400])('status %i is in the error file and not billed', async (value) => {
    const { batch, output, errors, billed } = await run({ what: 'status', value });

    expect(idsOf(output)).toEqual(['request-0', 'request-2', 'request-3']);
    expect(errors.map(({ custom_id: id, response, error }) => [id, response?.status_code, error])).toEqual([
      ['request-1', value, null],
    ]);
    expect(batch.request_counts).toEqual({ total: 4, completed: 3, failed: 1 });
    expect(billed).toBe(3);
  });

  it('drop-answer is a timeout: no response, an error with a code, not billed', async () => {
    const { errors, billed } = await run({ what: 'drop-answer' });

    expect(errors[0]).toMatchObject({ custom_id: 'request-1', response: null, error: { code: 'request_timeout' } });
    expect(billed).toBe(3);
  });

  it('missing is in neither file and not billed', async () => {
    const { output, errors, billed, batch } = await run({ what: 'missing' });

    expect(idsOf(output)).toEqual(['request-0', 'request-2', 'request-3']);
    expect(errors).toEqual([]);
    expect(billed).toBe(3);
    expect(batch.request_counts).toEqual({ total: 4, completed: 4, failed: 0 });
  });

  it.each(['missing', 'bad-json'] as const)(
    '%s can be billed: then only the usage of the batch says it',
    async (what) => {
      const { batch, output, billed } = await run({ what, value: 'billed' });

      expect(output.filter((line) => line.endsWith('}'))).toHaveLength(3);
      expect(billed).toBe(4);
      expect(batch.usage?.input_tokens).toBeGreaterThan(0);
    },
  );

  it('double appears twice and is billed once', async () => {
    const { output, billed } = await run({ what: 'double' });

    expect(idsOf(output)).toEqual(['request-0', 'request-1', 'request-1', 'request-2', 'request-3']);
    expect(billed).toBe(4);
  });

  it('unknown adds a line that was never requested', async () => {
    const { output, billed } = await run({ what: 'unknown', value: 'stranger' });

    expect(idsOf(output)).toEqual(['request-0', 'request-1', 'request-2', 'request-3', 'stranger']);
    expect(billed).toBe(4);
  });

  it('status-0 is a line of the error file with status code 0', async () => {
    const { errors, billed } = await run({ what: 'status-0' });

    expect(errors[0]).toMatchObject({ custom_id: 'request-1', response: { status_code: 0 }, error: null });
    expect(billed).toBe(3);
  });

  it('shape is the same answer in another form, and billed', async () => {
    const { output, billed } = await run({ what: 'shape', value: 'no-status' });

    const line = output.find((one) => one.includes('request-1'));
    expect(JSON.parse(line ?? '')).toMatchObject({ custom_id: 'request-1', response: { body: { object: 'list' } } });
    expect(line).not.toContain('status_code');
    expect(billed).toBe(4);
  });

  it('bad-json is a line that is cut off', async () => {
    const { output, billed } = await run({ what: 'bad-json' });

    const broken = output.filter((line) => !line.endsWith('}'));
    expect(broken).toHaveLength(1);
    expect(() => JSON.parse(broken[0]!) as unknown).toThrow();
    expect(billed).toBe(3);
  });

  it('refusal is an answer that refuses, and is billed', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'line', what: 'refusal' }]);

      const batch = await client.run([chatRequest('c', 'Anything.')], '/v1/chat/completions');

      const [line] = await client.results(batch.output_file_id);
      expect(line?.response?.body).toMatchObject({
        choices: [
          { message: { content: null, refusal: "I'm sorry, I can't assist with that." }, finish_reason: 'stop' },
        ],
      });
      expect((await client.ledger()).requests).toBe(1);
    });
  });

  it('I5: half-answer is half of the requested JSON, marked as complete, and is billed', async () => {
    const schema = {
      type: 'object',
      properties: { topics: { type: 'array', items: { type: 'string' } } },
      required: ['topics'],
      additionalProperties: false,
    };
    const format = { type: 'json_schema', json_schema: { name: 'topics', strict: true, schema } };
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'line', what: 'half-answer' }]);
      const request = chatRequest('c', 'Mills turn.', { response_format: format });

      const batch = await client.run([request], '/v1/chat/completions');

      const [line] = await client.results(batch.output_file_id);
      const body = line?.response?.body as { choices: { message: { content: string }; finish_reason: string }[] };
      expect(body.choices[0]?.finish_reason).toBe('stop');
      expect(() => JSON.parse(body.choices[0]?.message.content ?? '') as unknown).toThrow();
      expect((await client.ledger()).requests).toBe(1);
    });
  });

  it('rate: the seed decides which lines, repeatably, and a line that is sent again may fare differently', async () => {
    const failing = (seed: number): Promise<string[][]> =>
      withSimulator({ seed }, async (client) => {
        await client.faults([{ on: 'line', what: 'status', rate: 0.3 }]);
        const fates: string[][] = [];
        for (let attempt = 0; attempt < 2; attempt += 1) {
          const batch = await client.run(embeddingRequests(200));
          fates.push((await client.results(batch.error_file_id)).map(({ custom_id: id }) => id).sort());
        }
        return fates;
      });

    const [first, again, other] = [await failing(3), await failing(3), await failing(4)];

    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    expect(first[0]).not.toEqual(first[1]);
    expect(first[0]!.length).toBeGreaterThan(35);
    expect(first[0]!.length).toBeLessThan(85);
  });

  it('every and times: every third line, at most twice', async () => {
    await withSimulator({}, async (client) => {
      await client.faults([{ on: 'line', what: 'status', every: 3, times: 2 }]);

      const batch = await client.run(embeddingRequests(30));

      const failed = (await client.results(batch.error_file_id)).map(({ custom_id: id }) => id).sort();
      expect(failed).toEqual(['request-2', 'request-5']);
      const [rule] = await client.get<readonly { met: number; fired: number }[]>('/admin/faults');
      expect(rule).toMatchObject({ met: 30, fired: 2 });
    });
  });
});

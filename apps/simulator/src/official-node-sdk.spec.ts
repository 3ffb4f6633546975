import { describe, expect, it } from '@jest/globals';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import OpenAI, { toFile, toStreamingFile } from 'openai';
import { fetch as undiciFetch } from 'undici';
import { chatRequest, embeddingRequests } from './testing/requests.js';
import { until } from './testing/test-client.js';
import { withSimulator } from './testing/with-simulator.js';

function officialClient(url: string, apiKey = 'sk-anything'): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0 });
}

const window = { completion_window: '24h' } as const;

function jsonl(requests: readonly unknown[]): Buffer {
  return Buffer.from(requests.map((request) => JSON.stringify(request)).join('\n'));
}

describe('the official Node SDK', () => {
  it('uploads, creates, polls, downloads, lists page by page, cancels and deletes', async () => {
    await withSimulator({ speed: 0, turnaround: { kind: 'fixed', seconds: 100 } }, async (client) => {
      const openai = officialClient(client.url);
      const file = await openai.files.create({
        file: await toFile(jsonl(embeddingRequests(5)), 'in.jsonl'),
        purpose: 'batch',
      });
      const create = {
        input_file_id: file.id,
        endpoint: '/v1/embeddings',
        ...window,
        metadata: { job: 'one' },
      } as const;
      const batch = await openai.batches.create(create);
      const cancelled = await openai.batches.create(create);
      expect((await openai.batches.cancel(cancelled.id)).status).toBe('cancelling');
      for (let more = 0; more < 3; more += 1) await openai.batches.create(create);
      await client.advance(200);

      const settled = await until(async () => {
        const now = await openai.batches.retrieve(batch.id);
        return now.status === 'completed' ? now : undefined;
      }, 'the batch');
      const content = await (await openai.files.content(settled.output_file_id!)).text();
      const ids: string[] = [];
      for await (const listed of openai.batches.list({ limit: 2 })) ids.push(listed.id);
      const files: string[] = [];
      for await (const listed of openai.files.list({ purpose: 'batch', limit: 2 })) files.push(listed.id);
      const deleted = await openai.files.delete(file.id);

      expect(batch.status).toBe('validating');
      expect(settled.request_counts).toEqual({ total: 5, completed: 5, failed: 0 });
      expect(settled.metadata).toEqual({ job: 'one' });
      expect(content.trim().split('\n')).toHaveLength(5);
      expect(ids).toHaveLength(5);
      expect(ids.at(-1)).toBe(batch.id);
      expect(files).toEqual([file.id]);
      expect(deleted.deleted).toBe(true);
    });
  });

  it('asks the synchronous endpoints, with base64 by default, and sees typed errors', async () => {
    await withSimulator({}, async (client) => {
      const openai = officialClient(client.url);
      const model = 'text-embedding-3-small';
      const usual = await openai.embeddings.create({ model, input: ['a', 'b'] });
      const floats = await openai.embeddings.create({ model, input: 'a', encoding_format: 'float' });
      const { body } = chatRequest('c', 'Moss is soft. Stone is hard. What is hard?') as {
        body: OpenAI.ChatCompletionCreateParamsNonStreaming;
      };
      const chat = await openai.chat.completions.create(body);
      const response = await openai.responses.create({ model: 'gpt-4o', input: 'Moss is soft.' });
      const models: string[] = [];
      for await (const { id } of openai.models.list()) models.push(id);

      expect(usual.data.map(({ embedding }) => embedding.length)).toEqual([1536, 1536]);
      expect(usual.data[0]!.embedding).toEqual(floats.data[0]!.embedding.map(Math.fround));
      expect(chat.choices[0]!.message.content).toBe('Stone is hard.');
      expect(response.output_text).toBe('Moss is soft.');
      expect(models).toContain('gpt-4o');
      await expect(officialClient(client.url, 'sk-refused').models.list()).rejects.toBeInstanceOf(
        OpenAI.AuthenticationError,
      );
      await expect(openai.files.retrieve('file-0')).rejects.toBeInstanceOf(OpenAI.NotFoundError);
      await expect(openai.embeddings.create({ model, input: '' })).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    });
  });

  it('uploads as a stream with the fetch of undici', async () => {
    await withSimulator({}, async (client, dataDir) => {
      // The SDK's type of a fetch is the browser's; undici's differs from it in nothing that matters here.
      const fetch = undiciFetch as unknown as typeof globalThis.fetch;
      const openai = new OpenAI({ apiKey: 'sk-anything', baseURL: `${client.url}/v1`, maxRetries: 0, fetch });
      const path = join(dataDir, 'in.jsonl');
      await writeFile(path, jsonl(embeddingRequests(1_000)));

      const file = await openai.files.create({
        file: toStreamingFile(createReadStream(path), 'in.jsonl', { type: 'application/jsonl' }),
        purpose: 'batch',
      });

      expect(await client.content(file.id)).toBe(await readFile(path, 'utf8'));
    });
  });

  it('reports a lost answer as a lost connection, and its retries of a refusal succeed', async () => {
    await withSimulator({}, async (client) => {
      const openai = officialClient(client.url);
      await client.faults([
        { on: 'synchronous', what: 'drop-answer', times: 1 },
        { on: 'batches.list', what: 'status', value: 503, times: 1 },
      ]);

      const lost = openai.embeddings.create({ model: 'text-embedding-3-small', input: 'a' });
      await expect(lost).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
      const page = await openai.batches.list({}, { maxRetries: 1 });

      expect(page.data).toEqual([]);
      expect((await client.ledger()).synchronous.requests).toBe(1);
    });
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddingRequest, embeddingRequests } from './testing/requests.js';
import { startChild } from './testing/start-child.js';
import type { Child } from './testing/start-child.js';
import { TestClient, until } from './testing/test-client.js';

const total = 6_000;
const text = 'Each of these words has to be counted and hashed, so that a batch takes a moment. '.repeat(12);
const requests = Array.from({ length: total }, (_, index) =>
  embeddingRequest(`request-${index}`, `${text} ${index}`, { dimensions: 1536, encoding_format: 'base64' }),
);

describe('a simulator that is killed', () => {
  let dataDir: string;
  let child: Child | undefined;

  const start = async (...args: readonly string[]): Promise<TestClient> => {
    child = await startChild(['--port', '0', '--data', dataDir, ...args]);
    return new TestClient(child.url);
  };

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'simulator-'));
  });

  afterEach(async () => {
    if (child?.process.exitCode === null && child.process.signalCode === null) await child.end('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  });

  it('continues a half-processed batch, bills everything once, and has every answer once', async () => {
    let client = await start();
    await client.faults([{ on: 'line', what: 'status', value: 500, times: 7 }]);
    const { id } = await client.create(requests);

    const kills: number[] = [];
    let billedBefore = 0;
    for (const share of [0.05, 0.4, 0.75]) {
      const batch = await until(async () => {
        const now = await client.batch(id);
        return now.request_counts.completed >= share * total ? now : undefined;
      }, `${share} of the lines`);
      kills.push(batch.request_counts.completed);
      await child!.end('SIGKILL');
      client = await start();
      const { requests: billed } = await client.ledger();
      expect(billed).toBeGreaterThanOrEqual(Math.max(billedBefore, batch.request_counts.completed));
      billedBefore = billed;
    }
    const batch = await client.settled(id);

    // Each kill hit the batch in the middle of its work.
    expect(kills.every((done) => done > 0 && done < total - 7)).toBe(true);
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total, completed: total - 7, failed: 7 } });
    const ids = (await client.results(batch.output_file_id)).map(({ custom_id: customId }) => customId);
    expect(ids).toHaveLength(total - 7);
    expect(new Set(ids).size).toBe(total - 7);
    expect(await client.results(batch.error_file_id)).toHaveLength(7);
    const ledger = await client.ledger();
    expect(ledger).toMatchObject({ requests: total - 7, twice: [] });
    expect(ledger.inputTokens).toBe(batch.usage!.input_tokens);
  });

  it('keeps files, settled batches and billing, and the time does not go back', async () => {
    const first = await start('--speed', '1000');
    const batch = await first.run(embeddingRequests(3));
    const before = await first.content(batch.output_file_id!);
    const time = await first.get<{ nowSeconds: number }>('/admin/clock');
    await child!.end('SIGKILL');

    const second = await start();

    expect(await second.batch(batch.id)).toEqual(batch);
    expect(await second.content(batch.output_file_id!)).toBe(before);
    expect((await second.ledger()).requests).toBe(3);
    expect((await second.get<{ nowSeconds: number }>('/admin/clock')).nowSeconds).toBeGreaterThanOrEqual(
      time.nowSeconds,
    );
  });

  it('leaves nothing behind from an upload that was cut off', async () => {
    const first = await start();
    const body = new ReadableStream({
      start: (controller) => {
        const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n';
        controller.enqueue(Buffer.from(head + 'x'.repeat(1_000_000)));
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const upload = first.fetch('/v1/files', { method: 'POST', headers, body, duplex: 'half' });
    const broken = expect(upload).rejects.toThrow();
    await until(
      async () => ((await readdir(join(dataDir, 'uploads'))).length > 0 ? true : undefined),
      'the upload to begin',
    );
    await child!.end('SIGKILL');
    await broken;

    const second = await start();

    expect((await second.ledger()).files).toEqual([]);
    expect(await readdir(join(dataDir, 'uploads'))).toEqual([]);
    expect(await readdir(join(dataDir, 'files'))).toEqual([]);
  });
});

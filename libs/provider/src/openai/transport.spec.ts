import { afterEach, describe, expect, it } from '@jest/globals';
import { Clock, ConnectionError, SystemClock } from '@batchmill/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { RefusedError } from '../refused-error.js';
import { OpenAiProvider, type OpenAiProviderOptions } from './openai-provider.js';

const library = join(import.meta.dirname, '../..');

/** Whoever sleeps wakes at once; how long it was to be is kept. */
class NotingClock extends Clock {
  readonly sleptMs: number[] = [];

  now(): Date {
    return new Date('2026-01-01T00:00:00Z');
  }

  async sleep(ms: number): Promise<void> {
    this.sleptMs.push(ms);
  }
}

/** What the simulator cannot show, against a server that answers as the test says. */
describe('the transport under the SDK', () => {
  let server: Server | null = null;
  let provider: OpenAiProvider | null = null;

  afterEach(async () => {
    await provider?.close();
    server?.closeAllConnections();
    server?.close();
    server = provider = null;
  });

  async function serve(answer: RequestListener): Promise<string> {
    server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  async function providerOn(answer: RequestListener, options: Partial<OpenAiProviderOptions> = {}) {
    const baseUrl = await serve(answer);
    const retries = { times: 2, baseMs: 1 };
    provider = new OpenAiProvider({ apiKey: 'sk-test', baseUrl, clock: new SystemClock(), retries, ...options });
    return provider;
  }

  it('X4: after 429 it waits for as long as the provider asks', async () => {
    const clock = new NotingClock();
    let calls = 0;
    const asked = await providerOn(
      (_, answer) => {
        calls += 1;
        if (calls === 1) answer.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' }).end('{}');
        else json(answer, { object: 'list', data: [], has_more: false });
      },
      { clock },
    );

    await asked.check();

    expect(clock.sleptMs).toEqual([7_000]);
  });

  it('X4: who asks for a longer wait than a minute gets the work given back', async () => {
    let calls = 0;
    const asked = await providerOn((_, answer) => {
      calls += 1;
      answer.writeHead(429, { 'retry-after': '3600', 'content-type': 'application/json' }).end('{}');
    });

    await expect(asked.check()).rejects.toMatchObject({ code: 'provider.rate-limited' });
    expect(calls).toBe(1);
  });

  it('X1: content that ends short of its length is told, compressed content is read whole', async () => {
    const text = 'line\n'.repeat(1_000);
    const asked = await providerOn((request, answer) => {
      if (request.url?.includes('whole')) {
        const packed = gzipSync(text);
        answer.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
      } else {
        answer.writeHead(200, { 'content-length': text.length }).write(text.slice(0, 100));
        setImmediate(() => answer.destroy());
      }
    });

    await expect(bytesOf(asked.download('file-short'))).rejects.toMatchObject({ code: 'provider.cut-off' });
    expect(await bytesOf(asked.download('file-whole'))).toBe(text.length);
  });

  it('X1: an answer that no provider gives is unclear, for a create too', async () => {
    let calls = 0;
    const asked = await providerOn((_, answer) => {
      calls += 1;
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to the hotel network');
    });

    await expect(asked.createBatch(someBatch())).rejects.toBeInstanceOf(ConnectionError);
    expect(calls).toBe(1);
  });

  it('X1: a server that nobody listens at is away', async () => {
    const asked = await providerOn(() => undefined);
    server?.close();
    await once(server!, 'close');

    await expect(asked.check()).rejects.toThrow(/ECONNREFUSED/);
    await expect(asked.createBatch(someBatch())).rejects.toBeInstanceOf(ConnectionError);
  });

  it('a compatible server may write states in upper case and vectors as numbers', async () => {
    const asked = await providerOn((request, answer) => {
      if (request.url?.includes('embeddings')) {
        const data = [
          { index: 1, embedding: [0, 1] },
          { index: 0, embedding: [1, 0] },
        ];
        json(answer, { data, usage: { prompt_tokens: 2 } });
      } else {
        json(answer, {
          id: 'batch_1',
          status: 'COMPLETED',
          created_at: 1,
          completed_at: 2,
          endpoint: '/v1/embeddings',
        });
      }
    });

    expect(await asked.retrieveBatch('batch_1')).toMatchObject({ state: 'completed', endedAt: new Date(2_000) });
    const { vectors } = await asked.embed({ model: 'own-model', dimensions: 2, texts: ['a', 'b'] });
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  it('E2: a vector of another length than was asked for is refused', async () => {
    const answer = { data: [{ index: 0, embedding: [1, 0, 0] }], usage: { prompt_tokens: 1 } };
    const asked = await providerOn((_, response) => json(response, answer));

    await expect(asked.embed({ model: 'own-model', dimensions: 2, texts: ['a'] })).rejects.toMatchObject({
      code: 'provider.wrong-dimensions',
    });
  });

  it('a refusal does not repeat what was sent', async () => {
    const asked = await providerOn((_, answer) => {
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ error: { message: 'Incorrect API key provided: sk-proj-ab***********yz.' } }));
    });

    const failure = await asked.check().catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(RefusedError);
    expect((failure as Error).message).toMatch(/Incorrect API key provided: sk-…/);
    expect((failure as Error).message).not.toMatch(/yz/);
  });

  it('C6: only what it is given decides: nothing is read from the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { OPENAI_ORG_ID: 'org-of-env', OPENAI_PROJECT_ID: 'project-of-env' });
    const seen: IncomingMessage['headers'][] = [];
    try {
      const asked = await providerOn(
        (request, answer) => {
          seen.push(request.headers);
          json(answer, { object: 'list', data: [], has_more: false });
        },
        { organization: 'org-given' },
      );
      await asked.check();
    } finally {
      process.env = before;
    }

    expect(seen[0]).toMatchObject({ 'openai-organization': 'org-given', authorization: 'Bearer sk-test' });
    expect(seen[0]).not.toHaveProperty('openai-project');
  });

  it('closing ends what is in flight', async () => {
    const arrived = Promise.withResolvers<undefined>();
    const asked = await providerOn(() => arrived.resolve(undefined));

    const checked = asked.check().catch((error: unknown) => error);
    await arrived.promise;
    await asked.close();

    expect(await checked).toBeInstanceOf(ConnectionError);
  });

  it('R4: a file of 200 MB is sent in less than 150 MB of memory, and nothing keeps the process after closing', async () => {
    let received = 0;
    const baseUrl = await serve((request, answer) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => json(answer, { id: 'file-1', created_at: 1 }));
    });
    const script = `
      import { SystemClock } from '@batchmill/contracts';
      import { OpenAiProvider } from '@batchmill/provider/openai';
      const provider = new OpenAiProvider({ apiKey: 'sk-test', baseUrl: ${JSON.stringify(baseUrl)}, clock: new SystemClock() });
      const upload = (chunks) => provider.uploadFile({
        name: 'big.jsonl', bytes: chunks << 16,
        async *open() { for (let sent = 0; sent < chunks; sent += 1) yield Buffer.alloc(1 << 16, 0x61); },
      });
      await upload(16);
      const before = process.memoryUsage.rss();
      await upload(3_200);
      const peak = process.resourceUsage().maxRSS * 1024;
      await provider.close();
      console.log(JSON.stringify({ grownMb: (peak - before) / 1e6 }));
    `;

    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: library,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number | null];

    expect(code).toBe(0);
    expect(received).toBeGreaterThan(3_200 * 65_536);
    expect((JSON.parse(said) as { grownMb: number }).grownMb).toBeLessThan(150);
  });
});

function json(answer: Parameters<RequestListener>[1], body: unknown): void {
  answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function someBatch() {
  const deadline = new Date(Date.now() + 5_000);
  return {
    inputFileId: 'file-1',
    endpoint: '/v1/embeddings',
    completionWindow: '24h',
    metadata: {},
    deadline,
  } as const;
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of content) bytes += chunk.byteLength;
  return bytes;
}

import { afterEach, describe, expect, it } from '@jest/globals';
import { Clock, ConnectionError, TimeoutError } from '@batchmill/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { OpenAiProvider, OpenAiProviderOptions } from './openai-provider.js';
import { StubServer, respondJson } from './testing/stub-server.js';
import { allOf, failureOf, sampleBatch, sampleFile } from './testing/sample-requests.js';

const library = join(import.meta.dirname, '../..');
const emptyList = { object: 'list', data: [], has_more: false };
const batch = { id: 'batch_1', status: 'validating', created_at: 1, endpoint: '/v1/embeddings' };

/** Sleeps for no time and records for how long it should have slept. */
class RecordingClock extends Clock {
  readonly sleptMs: number[] = [];

  now(): Date {
    return new Date('2026-01-01T00:00:00Z');
  }

  async sleep(ms: number): Promise<void> {
    this.sleptMs.push(ms);
  }
}

/** Cases that the simulator does not have, against a server whose responses the test decides. */
describe('the transport of the SDK', () => {
  let server: StubServer | null = null;

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function providerOn(
    listener: RequestListener,
    options: Partial<OpenAiProviderOptions> = {},
  ): Promise<OpenAiProvider> {
    server = await StubServer.start(listener);
    return server.provider(options);
  }

  it('X4: after 429 it waits for as long as the provider asks', async () => {
    const clock = new RecordingClock();
    let calls = 0;
    const provider = await providerOn(
      (_, response) => {
        calls += 1;
        if (calls === 1) response.writeHead(429, { 'retry-after': '4', 'content-type': 'application/json' }).end('{}');
        else respondJson(response, emptyList);
      },
      { clock },
    );

    await provider.check();

    expect(clock.sleptMs).toEqual([4_000]);
  });

  it('X4: a call fails when the provider asks for a longer delay, and says for how long', async () => {
    let calls = 0;
    const provider = await providerOn((_, response) => {
      calls += 1;
      response.writeHead(429, { 'retry-after': '3600', 'content-type': 'application/json' }).end('{}');
    });

    await expect(provider.check()).rejects.toMatchObject({
      code: 'provider.rate-limited',
      retryAfterMs: 3_600_000,
    });
    expect(calls).toBe(1);
  });

  it('M2: every create opens a connection of its own, other calls reuse connections', async () => {
    const sockets: Socket[] = [];
    const provider = await providerOn((request, response) => {
      sockets.push(request.socket);
      request.resume();
      respondJson(response, batch);
    });

    for (let made = 0; made < 8; made += 1) await provider.createBatch(sampleBatch());
    const ofCreates = new Set(sockets.splice(0));
    for (let read = 0; read < 8; read += 1) await provider.retrieveBatch('batch_1');

    expect(ofCreates.size).toBe(8);
    expect(new Set(sockets).size).toBeLessThan(8);
  });

  it('X1: a create whose response is incomplete at its deadline times out', async () => {
    const provider = await providerOn((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
    });

    expect(await failureOf(provider.createBatch(sampleBatch(200)))).toBeInstanceOf(TimeoutError);
  });

  it('X4: an upload whose connection breaks is sent again from the beginning', async () => {
    let calls = 0;
    let received = 0;
    const provider = await providerOn((request, response) => {
      calls += 1;
      if (calls === 1) {
        request.once('data', () => request.socket.destroy());
        return;
      }
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => respondJson(response, { id: 'file-1', created_at: 1 }));
    });
    const file = sampleFile(100);

    await provider.uploadFile(file);

    expect(file.opened).toBe(2);
    expect(received).toBeGreaterThan(file.bytes);
  });

  it.each([-1, 1])('X1: the upload of a file that is %d byte off its length never completes', async (difference) => {
    let completed = 0;
    const provider = await providerOn((request, response) => {
      request.resume();
      request.on('end', () => {
        completed += 1;
        respondJson(response, { id: 'file-1', created_at: 1 });
      });
    });
    const file = sampleFile(10);
    const wrong = { ...file, bytes: file.bytes + difference };

    expect(await failureOf(provider.uploadFile(wrong))).toMatchObject({ code: 'provider.wrong-length' });
    expect(completed).toBe(0);
  });

  it('X1: content that is shorter than its length is an error, compressed content is read completely', async () => {
    const text = 'line\n'.repeat(1_000);
    const provider = await providerOn((request, response) => {
      if (request.url?.includes('whole')) {
        const packed = gzipSync(text);
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed);
      } else {
        response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, 100));
        setImmediate(() => response.destroy());
      }
    });

    expect(await failureOf(allOf(provider.download('file-short')))).toMatchObject({ code: 'provider.cut-off' });
    expect(Buffer.concat(await allOf(provider.download('file-whole'))).toString()).toBe(text);
  });

  it('X1: a server that refuses connections is unavailable', async () => {
    const provider = await providerOn(() => undefined);
    await server?.stop();

    await expect(provider.check()).rejects.toThrow(/ECONNREFUSED/);
    await expect(provider.createBatch(sampleBatch())).rejects.toBeInstanceOf(ConnectionError);
  });

  it('C6: organization and project come from the options, not from the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { OPENAI_ORG_ID: 'org-of-env', OPENAI_PROJECT_ID: 'project-of-env' });
    const headers: IncomingMessage['headers'][] = [];
    try {
      const provider = await providerOn(
        (request, response) => {
          headers.push(request.headers);
          respondJson(response, emptyList);
        },
        { organization: 'org-given' },
      );
      await provider.check();
    } finally {
      process.env = before;
    }

    expect(headers[0]).toMatchObject({ 'openai-organization': 'org-given', authorization: 'Bearer sk-test' });
    expect(headers[0]).not.toHaveProperty('openai-project');
  });

  it('closing rejects the calls in flight', async () => {
    const arrived = Promise.withResolvers<undefined>();
    const provider = await providerOn(() => arrived.resolve(undefined));

    const checked = failureOf(provider.check());
    await arrived.promise;
    await provider.close();

    expect(await checked).toBeInstanceOf(ConnectionError);
  });

  it('R4: a file of 200 MB is sent in less than 150 MB of memory, and nothing keeps the process alive after closing', async () => {
    let received = 0;
    server = await StubServer.start((request, response) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => respondJson(response, { id: 'file-1', created_at: 1 }));
    });
    const script = `
      import { SystemClock } from '@batchmill/contracts';
      import { OpenAiProvider } from '@batchmill/provider/openai';
      const provider = new OpenAiProvider({ apiKey: 'sk-test', baseUrl: '${server.url}', clock: new SystemClock() });
      let peak = 0;
      // Collected twice, because the first collection frees some memory only afterwards.
      const usedBytes = () => {
        gc();
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      const upload = (chunks) => provider.uploadFile({
        name: 'big.jsonl', bytes: chunks << 16,
        async *open() {
          for (let sent = 0; sent < chunks; sent += 1) {
            if (sent % 64 === 0) peak = Math.max(peak, usedBytes());
            yield Buffer.alloc(1 << 16, 0x61);
          }
        },
      });
      await upload(16);
      const before = usedBytes();
      peak = 0;
      await upload(3_200);
      await provider.close();
      console.log(JSON.stringify({ grownMb: (peak - before) / 1e6 }));
    `;

    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
      cwd: library,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, 'exit')) as [number | null];

    expect(code).toBe(0);
    expect(received).toBeGreaterThan(3_200 * 65_536);
    expect((JSON.parse(output) as { grownMb: number }).grownMb).toBeLessThan(150);
  });
});

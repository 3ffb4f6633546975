import { afterEach, describe, expect, it } from '@jest/globals';
import { Clock, ConnectionError, TimeoutError } from '@batchmill/contracts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { OpenAiProvider, OpenAiProviderOptions } from './openai-provider.js';
import { AnsweringServer, answerJson } from './testing/answering-server.js';
import { allOf, failureOf, someBatch, someFile } from './testing/what-is-asked.js';

const library = join(import.meta.dirname, '../..');
const emptyList = { object: 'list', data: [], has_more: false };
const batch = { id: 'batch_1', status: 'validating', created_at: 1, endpoint: '/v1/embeddings' };

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
  let server: AnsweringServer | null = null;

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function providerOn(
    answer: RequestListener,
    options: Partial<OpenAiProviderOptions> = {},
  ): Promise<OpenAiProvider> {
    server = await AnsweringServer.start(answer);
    return server.provider(options);
  }

  it('X4: after 429 it waits for as long as the provider asks', async () => {
    const clock = new NotingClock();
    let calls = 0;
    const asked = await providerOn(
      (_, answer) => {
        calls += 1;
        if (calls === 1) answer.writeHead(429, { 'retry-after': '7', 'content-type': 'application/json' }).end('{}');
        else answerJson(answer, emptyList);
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

  it('M2: every create has a connection of its own, other calls share theirs', async () => {
    const sockets: Socket[] = [];
    const asked = await providerOn((request, answer) => {
      sockets.push(request.socket);
      request.resume();
      answerJson(answer, batch);
    });

    for (let made = 0; made < 8; made += 1) await asked.createBatch(someBatch());
    const ofCreates = new Set(sockets.splice(0));
    for (let read = 0; read < 8; read += 1) await asked.retrieveBatch('batch_1');

    expect(ofCreates.size).toBe(8);
    expect(new Set(sockets).size).toBeLessThan(8);
  });

  it('X1: a create that is answered by halves is given up at its deadline', async () => {
    const asked = await providerOn((_, answer) => {
      answer.writeHead(200, { 'content-type': 'application/json' }).write('{"id":');
    });

    expect(await failureOf(asked.createBatch(someBatch(200)))).toBeInstanceOf(TimeoutError);
  });

  it('X4: an upload that breaks off midway is sent again, whole', async () => {
    let calls = 0;
    let received = 0;
    const asked = await providerOn((request, answer) => {
      calls += 1;
      if (calls === 1) {
        request.once('data', () => request.socket.destroy());
        return;
      }
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => answerJson(answer, { id: 'file-1', created_at: 1 }));
    });
    const file = someFile(100);

    await asked.uploadFile(file);

    expect(file.opened).toBe(2);
    expect(received).toBeGreaterThan(file.bytes);
  });

  it.each([-1, 1])('X1: a file that is %d byte off its length never gets there whole', async (off) => {
    let whole = 0;
    const asked = await providerOn((request, answer) => {
      request.resume();
      request.on('end', () => {
        whole += 1;
        answerJson(answer, { id: 'file-1', created_at: 1 });
      });
    });
    const file = someFile(10);
    const wrong = { ...file, bytes: file.bytes + off };

    expect(await failureOf(asked.uploadFile(wrong))).toMatchObject({ code: 'provider.wrong-length' });
    expect(whole).toBe(0);
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

    expect(await failureOf(allOf(asked.download('file-short')))).toMatchObject({ code: 'provider.cut-off' });
    expect(Buffer.concat(await allOf(asked.download('file-whole'))).toString()).toBe(text);
  });

  it('X1: a server that nobody listens at is away', async () => {
    const asked = await providerOn(() => undefined);
    await server?.hangUp();

    await expect(asked.check()).rejects.toThrow(/ECONNREFUSED/);
    await expect(asked.createBatch(someBatch())).rejects.toBeInstanceOf(ConnectionError);
  });

  it('C6: organization and project are those that were given, not those of the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { OPENAI_ORG_ID: 'org-of-env', OPENAI_PROJECT_ID: 'project-of-env' });
    const seen: IncomingMessage['headers'][] = [];
    try {
      const asked = await providerOn(
        (request, answer) => {
          seen.push(request.headers);
          answerJson(answer, emptyList);
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

    const checked = failureOf(asked.check());
    await arrived.promise;
    await asked.close();

    expect(await checked).toBeInstanceOf(ConnectionError);
  });

  it('R4: a file of 200 MB is sent in less than 150 MB of memory, and nothing keeps the process after closing', async () => {
    let received = 0;
    server = await AnsweringServer.start((request, answer) => {
      request.on('data', (chunk: Buffer) => (received += chunk.length));
      request.on('end', () => answerJson(answer, { id: 'file-1', created_at: 1 }));
    });
    const script = `
      import { SystemClock } from '@batchmill/contracts';
      import { OpenAiProvider } from '@batchmill/provider/openai';
      const provider = new OpenAiProvider({ apiKey: 'sk-test', baseUrl: '${server.url}', clock: new SystemClock() });
      let peak = 0;
      // What is garbage already is not held; the second collection counts what the first one's sweeper gave back.
      const held = () => {
        gc();
        gc();
        const { heapUsed, external } = process.memoryUsage();
        return heapUsed + external;
      };
      const upload = (chunks) => provider.uploadFile({
        name: 'big.jsonl', bytes: chunks << 16,
        async *open() {
          for (let sent = 0; sent < chunks; sent += 1) {
            if (sent % 64 === 0) peak = Math.max(peak, held());
            yield Buffer.alloc(1 << 16, 0x61);
          }
        },
      });
      await upload(16);
      const before = held();
      peak = 0;
      await upload(3_200);
      await provider.close();
      console.log(JSON.stringify({ grownMb: (peak - before) / 1e6 }));
    `;

    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
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

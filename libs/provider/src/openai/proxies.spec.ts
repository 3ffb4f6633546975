import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionError, type Proxies } from '@batchmill/contracts';
import { ProxyServer, selfSigned } from '@batchmill/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allOf, failureOf, sampleBatch, sampleFile } from './testing/sample-requests.js';
import { StubServer, respondJson } from './testing/stub-server.js';

const library = join(import.meta.dirname, '../..');
const baseUrl = 'http://provider.example.invalid/v1';
const batch = { id: 'batch_1', status: 'validating', created_at: 1, endpoint: '/v1/embeddings' };

/** Answers every call, and keeps what was received. */
class Received {
  uploadedBytes = 0;
  readonly sockets: Socket[] = [];

  readonly listener: RequestListener = (request, response) => {
    this.sockets.push(request.socket);
    request.on('data', (chunk: Buffer) => (this.uploadedBytes += chunk.length));
    request.on('end', () => {
      if (request.url?.endsWith('/content')) response.end('{"custom_id":"1"}\n');
      else if (request.url?.endsWith('/files')) respondJson(response, { id: 'file-1', created_at: 1 });
      else if (request.method === 'POST') respondJson(response, batch);
      else respondJson(response, { object: 'list', data: [], has_more: false });
    });
  };
}

describe('a provider behind a proxy', () => {
  let received: Received;
  let server: StubServer;
  let proxy: ProxyServer;
  const through = (url: string): Proxies => ({ http: url, https: null, except: [] });

  beforeEach(async () => {
    received = new Received();
    server = await StubServer.start(received.listener);
    proxy = await ProxyServer.open({ targetPort: Number(new URL(server.url).port) });
  });
  afterEach(async () => {
    await server.close();
    await proxy.close();
  });

  it('every call goes through HTTP_PROXY, also an upload that is streamed and a download', async () => {
    const provider = server.provider({ baseUrl, proxies: through(proxy.url) });

    await provider.check();
    await provider.uploadFile(sampleFile(100));
    await provider.createBatch(sampleBatch());
    const content = Buffer.concat(await allOf(provider.download('file-1'))).toString();

    expect(proxy.asked).toEqual([
      `GET ${baseUrl}/batches?limit=1`,
      `POST ${baseUrl}/files`,
      `POST ${baseUrl}/batches`,
      `GET ${baseUrl}/files/file-1/content`,
    ]);
    expect(received.uploadedBytes).toBeGreaterThan(100 * 65_536);
    expect(content).toBe('{"custom_id":"1"}\n');
  });

  it('a provider on this machine, or one that NO_PROXY names, is reached directly', async () => {
    await server.provider({ proxies: through(proxy.url) }).check();
    const named = { ...through(proxy.url), except: ['provider.example.invalid'] };
    const failure = await failureOf(server.provider({ baseUrl, proxies: named }).check());

    expect(proxy.asked).toEqual([]);
    expect((failure as Error).message).toContain('ENOTFOUND');
  });

  it('Y5: a proxy that does not listen is named in the error, without its login', async () => {
    const provider = server.provider({ baseUrl, proxies: through('http://user:hidden@127.0.0.1:1') });

    const failure = await failureOf(provider.check());

    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({
      code: 'provider.unavailable',
      message: 'check: no answer through the proxy 127.0.0.1:1 (ECONNREFUSED)',
    });
  });

  it.each(['http:', 'https:'])(
    'Y5: a proxy that wants a login is reported as such for a provider at %s',
    async (scheme) => {
      const strict = await ProxyServer.open({ targetPort: Number(new URL(server.url).port), login: 'mill:p@ss' });
      const proxies = { http: strict.url, https: strict.url, except: [] };

      const failure = await failureOf(server.provider({ baseUrl: baseUrl.replace('http:', scheme), proxies }).check());
      const { host } = strict;
      await strict.close();

      expect(failure).toBeInstanceOf(ConnectionError);
      expect(failure).toMatchObject({
        code: 'provider.proxy-refused',
        message: `check: the proxy ${host} answered 407 and did not reach the provider; it wants a login: http://user:password@host:port in HTTPS_PROXY or HTTP_PROXY`,
      });
    },
  );

  it('the login of a proxy is sent to it, and not to the provider', async () => {
    const strict = await ProxyServer.open({ targetPort: Number(new URL(server.url).port), login: 'mill:p@ss' });

    await server.provider({ baseUrl, proxies: through(strict.url.replace('//', '//mill:p%40ss@')) }).check();
    await strict.close();

    expect(strict.asked).toEqual([`GET ${baseUrl}/batches?limit=1`]);
  });

  it('M2: every create opens a connection of its own to the proxy, other calls reuse connections', async () => {
    const provider = server.provider({ baseUrl, proxies: through(proxy.url) });

    for (let call = 1; call <= 5; call += 1) await provider.check();
    const reused = proxy.connections;
    for (let call = 1; call <= 3; call += 1) await provider.createBatch(sampleBatch());

    expect(reused).toBeLessThan(5);
    expect(proxy.connections - reused).toBe(3);
  });
});

describe('a provider with a certificate of its own authority', () => {
  const { key, cert } = selfSigned('provider.example.invalid');
  const received = new Received();
  const secure = createServer({ key, cert }, received.listener);
  let folder: string;
  let proxy: ProxyServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'batchmill-ca-'));
    writeFileSync(join(folder, 'ca.pem'), cert);
    await once(secure.listen(0, '127.0.0.1'), 'listening');
    proxy = await ProxyServer.open({ targetPort: (secure.address() as AddressInfo).port });
  });
  afterEach(async () => {
    secure.closeAllConnections();
    secure.close();
    await proxy.close();
    rmSync(folder, { recursive: true });
  });

  /** Node reads the file of authorities once per process, so the calls are made in one of their own. */
  async function outcomeOf(url: string, env: Record<string, string>): Promise<string> {
    const script = `
      import { SystemClock } from '@batchmill/contracts';
      import { OpenAiProvider } from '@batchmill/provider/openai';
      const provider = new OpenAiProvider({
        apiKey: 'sk-test', baseUrl: '${url}', clock: new SystemClock(), retries: { times: 0, baseMs: 1 },
        proxies: { http: null, https: '${proxy.url}', except: [] },
      });
      const uploaded = () => provider.uploadFile({ name: 'a.jsonl', bytes: 9, async *open() { yield Buffer.alloc(9); } });
      console.log(await provider.check().then(uploaded).then(({ id }) => id, (error) => error.message));
      await provider.close();
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      cwd: library,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'exit');
    return output.trim();
  }

  it.each([
    ['through a proxy', () => 'https://provider.example.invalid/v1', ['CONNECT provider.example.invalid:443']],
    ['directly', () => `https://localhost:${(secure.address() as AddressInfo).port}/v1`, []],
  ])('NODE_EXTRA_CA_CERTS is obeyed %s, and without it the error says what is wrong', async (_, url, tunnels) => {
    const trusted = await outcomeOf(url(), { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
    const asked = [...new Set(proxy.asked)];
    const distrusted = await outcomeOf(url(), {});

    expect(trusted).toBe('file-1');
    expect(asked).toEqual(tunnels);
    expect(distrusted).toContain('SELF_SIGNED_CERT');
  });
});

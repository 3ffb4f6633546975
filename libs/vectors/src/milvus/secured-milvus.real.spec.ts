import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CertificateAuthority, eventually, serverAddresses, TcpProxy, TlsProxy } from '@batchmill/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { Server } from '../../../../test/servers/server.js';
import { MilvusVectors } from './index.js';
import type { MilvusTls } from './milvus-options.js';

/** Apart from the ports of the other test servers. */
const port = Number(new URL(serverAddresses.milvus).port) + 60;
const env = { MILVUS_PORT: String(port), MILVUS_METRICS_PORT: String(port + 30), MILVUS_AUTHORIZATION: 'true' };

describe('A Milvus that wants a login', () => {
  const server = new Server('milvus', { env });

  beforeAll(() => server.start());
  afterAll(() => server.stop());

  const open = (token?: string) => MilvusVectors.open({ url: `milvus://127.0.0.1:${port}`, token });

  it('Y5: answers the right one', async () => {
    const vectors = await open('root:Milvus');

    await vectors.check();
    expect(await vectors.count('none')).toBe(0);
    await vectors.close();
  });

  it.each([
    ['a wrong password', 'root:wrong'],
    ['an unknown user', 'nobody:Milvus'],
    ['no login', undefined],
  ])('Y5: is reported as what it is, with what to set: %s', async (_, token) => {
    const vectors = await open(token);
    const refused = { code: 'vectors.refused', message: expect.stringContaining('MILVUS_TOKEN') };

    await expect(vectors.check()).rejects.toMatchObject(refused);
    await expect(vectors.count('none')).rejects.toMatchObject(refused);
    await vectors.close();
  });
});

describe('A Milvus that wants TLS', () => {
  const authority = new CertificateAuthority();
  const stranger = new CertificateAuthority('Another authority');
  const right = { ...authority.issue(), ALPNProtocols: ['h2'] };
  const wanted = { ...right, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
  const client = authority.issueOnlyFor('client');
  let folder: string;
  let proxy: TlsProxy | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-milvus-'));
    const files = { ca: authority.cert, other: stranger.cert, certificate: client.cert, key: client.key };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, `${name}.pem`), text);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => proxy?.close());

  const at = (name: string) => join(folder, `${name}.pem`);

  /** Null: it answers. */
  const check = async (server: TlsOptions | null, tls: MilvusTls | undefined) => {
    proxy = server === null ? null : await TlsProxy.before(serverAddresses.milvus, server);
    const url = proxy === null ? serverAddresses.milvus : `milvus://localhost:${proxy.port}`;
    const vectors = await MilvusVectors.open({ url, tls });
    const outcome: unknown = await vectors.check().then(
      () => null,
      (error: unknown) => error,
    );
    await vectors.close();
    return outcome;
  };

  it.each([
    ['its authority is named', right, () => ({ caFile: at('ca') })],
    [
      'the name in its certificate is said',
      { ...authority.issueOnlyFor('milvus.example'), ALPNProtocols: ['h2'] },
      () => ({ caFile: at('ca'), serverName: 'milvus.example' }),
    ],
    [
      'it gets the certificate that it wants',
      wanted,
      () => ({ caFile: at('ca'), certificateFile: at('certificate'), keyFile: at('key') }),
    ],
  ])('Y5: answers when %s', async (_, server, tls) => {
    expect(await check(server, tls())).toBeNull();
  });

  it.each<[string, TlsOptions | null, () => MilvusTls | undefined, string, string]>([
    ['an unknown authority', right, () => ({}), 'vectors.tls', 'MILVUS_CA_FILE'],
    ['another authority', right, () => ({ caFile: at('other') }), 'vectors.tls', 'MILVUS_CA_FILE'],
    [
      'another host name',
      { ...authority.issueOnlyFor('milvus.example'), ALPNProtocols: ['h2'] },
      () => ({ caFile: at('ca') }),
      'vectors.tls',
      'MILVUS_TLS_SERVER_NAME',
    ],
    ['no certificate of the client', wanted, () => ({ caFile: at('ca') }), 'vectors.tls', 'MILVUS_CERTIFICATE_FILE'],
    ['TLS to a port without', null, () => ({ caFile: at('ca') }), 'vectors.tls', 'does not speak TLS'],
    ['no TLS to a port with it', right, () => undefined, 'vectors.unavailable', 'MILVUS_TLS'],
  ])('Y5: is reported as what it is, with what to set: %s', async (_, server, tls, code, says) => {
    expect(await check(server, tls())).toMatchObject({ code, message: expect.stringContaining(says) });
  });
});

describe('A Milvus whose first contact is slow', () => {
  it('Y5: answers as soon as it is there', async () => {
    const proxy = await TcpProxy.before(serverAddresses.milvus);
    proxy.freeze();
    const vectors = await MilvusVectors.open({ url: proxy.url, callTimeoutMs: 1_000 });
    const away = { kind: expect.stringMatching(/^(Connection|Timeout)Error$/) };
    await expect(vectors.check()).rejects.toMatchObject(away);
    await expect(vectors.count('none')).rejects.toMatchObject(away);
    proxy.thaw();

    const count = () => vectors.count('none').catch(() => null);
    expect(await eventually('it answers', async () => ((await count()) === 0 ? 'yes' : null))).toBe('yes');
    await vectors.close();
    await proxy.cut();
  });
});

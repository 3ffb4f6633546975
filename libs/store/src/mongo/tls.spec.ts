import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CertificateAuthority, TlsProxy } from '@batchmill/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { errorOf } from '../contract/bundle.contract.js';
import { MongoStore } from './mongo-store.js';
import { RefusingServer } from './refusing-server.contract.js';

const authority = new CertificateAuthority();
const stranger = new CertificateAuthority('Another authority');
const right = authority.issue();
const client = authority.issueOnlyFor('client');
const foreignClient = stranger.issueOnlyFor('client');

const files = {
  'ca.pem': authority.cert,
  'other.pem': stranger.cert,
  'client.pem': client.key + client.cert,
  'foreign.pem': foreignClient.key + foreignClient.cert,
  'broken.pem': 'no certificate',
};

describe('A MongoDB that wants TLS', () => {
  let folder: string;
  let server: RefusingServer;
  let proxy: TlsProxy | null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-tls-'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    server = await RefusingServer.start({ ok: 1 });
    proxy = null;
  });

  afterEach(async () => {
    await proxy?.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Null: the store answers. */
  const check = async (options: string, tls: TlsOptions | null, host = 'localhost') => {
    if (tls !== null) proxy = await TlsProxy.before(`tcp://${server.address}`, tls);
    const port = proxy?.port ?? Number(server.address.split(':')[1]);
    const store = MongoStore.open({ url: `mongodb://${host}:${port}/line${options.replaceAll('FOLDER', folder)}` });
    const outcome = await store.check().then(
      () => null,
      () => errorOf(store.check()),
    );
    await store.close();
    return outcome;
  };

  const wanted = { ...right, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
  const mine = '?tls=true&tlsCAFile=FOLDER/ca.pem';

  it.each([
    ['its authority is named', mine, right],
    ['it gets the certificate that it wants', `${mine}&tlsCertificateKeyFile=FOLDER/client.pem`, wanted],
  ])('Y5: answers when %s', async (_, options, tls) => {
    expect(await check(options, tls)).toBeNull();
  });

  it.each([
    ['its authority is unknown', '?tls=true', right, 'tlsCAFile'],
    ['its authority is another', '?tls=true&tlsCAFile=FOLDER/other.pem', right, 'tlsCAFile'],
    ['its certificate is for another host', mine, authority.issueOnlyFor('db.example'), 'another host name'],
    ['its certificate has expired', mine, authority.issueExpired(), 'not valid at this time'],
    ['it wants a certificate and gets none', mine, wanted, 'tlsCertificateKeyFile'],
    ['it does not speak TLS', mine, null, 'does not speak TLS'],
    ['the file of the authority is none', '?tls=true&tlsCAFile=FOLDER/broken.pem', right, 'tlsCAFile'],
    ['the file of the authority is missing', '?tls=true&tlsCAFile=FOLDER/none.pem', right, 'missing'],
  ])('Y5: the error says what to set when %s', async (_, options, tls, says) => {
    const error = await check(options, tls);

    expect(error).toMatchObject({ kind: 'ConnectionError', code: 'store.tls', message: expect.stringContaining(says) });
  });

  it.each([
    ['wants TLS and is called without', '', right, 'tls=true'],
    ['refuses a certificate without a word', `${mine}&tlsCertificateKeyFile=FOLDER/foreign.pem`, wanted, 'certificate'],
  ])('Y5: a server that %s is unavailable, with a hint', async (_, options, tls, hint) => {
    const error = await check(options, tls);

    expect(error).toMatchObject({ code: 'store.unavailable', message: expect.stringContaining(hint) });
  });
});

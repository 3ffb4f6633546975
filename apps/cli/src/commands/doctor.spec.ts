/* Long, because it is one table of what can be broken. */

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { RefusingServer } from '@batchmill/store/contract';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import type { Finding } from '../doctor/finding.js';
import { HealthyInstallation } from '../doctor/testing/healthy-installation.js';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

type Variables = Record<string, string>;

const guide = join(import.meta.dirname, '../../../../test/guides/doctor.txt');
const closed = '127.0.0.1:9';
const email = { NOTIFICATION_EMAIL: 'ops@example.org', NOTIFICATION_FROM: 'batchmill@example.org' };

describe('batchmill doctor', () => {
  let installation: HealthyInstallation;
  let servers: { close(): unknown }[];

  beforeEach(async () => {
    installation = await HealthyInstallation.create();
    servers = [];
  });
  afterEach(async () => {
    for (const server of servers) await server.close();
    await installation.remove();
  });

  const doctor = (changes: Variables = {}, ...args: string[]): Promise<CommandResult> =>
    runBatchmill(changes['BATCHMILL_HOME'] ?? installation.home, ['doctor', ...args], {
      ...installation.settings,
      ...changes,
    });

  async function findings(changes: Variables): Promise<{ code: number; troubles: Finding[]; printed: string }> {
    const { code, out } = await doctor(changes, '--json');
    const { checks } = JSON.parse(out) as { checks: { findings: Finding[] }[] };
    const troubles = checks.flatMap((check) => check.findings).filter(({ remedy }) => remedy !== null);
    return { code, troubles, printed: out };
  }

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    return listening(server);
  }

  async function listening(server: Server & { closeAllConnections?: () => void }): Promise<string> {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    servers.push({ close: () => (server.closeAllConnections?.(), server.close()) });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Answers as the simulator does, at another time. */
  function providerAt(shiftMs: number): Promise<string> {
    return serve((request, response) => {
      const headers = { authorization: request.headers.authorization ?? '' };
      void fetch(`${installation.providerUrl}${request.url ?? ''}`, { headers }).then(async (answer) => {
        const date = new Date(Date.now() + shiftMs).toUTCString();
        response.writeHead(answer.status, { 'content-type': 'application/json', date }).end(await answer.text());
      });
    });
  }

  async function mongo(...answers: Parameters<typeof RefusingServer.start>): Promise<string> {
    const server = await RefusingServer.start(...answers);
    servers.push({ close: () => server.stop() });
    return server.address;
  }

  async function mailServer(): Promise<string> {
    const server = new SMTPServer({
      logger: false,
      allowInsecureAuth: true,
      disabledCommands: ['STARTTLS'],
      onAuth: (_auth, _session, done) => done(new Error('unknown login')),
    });
    server.on('error', () => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const close = async (): Promise<void> => {
      const ended = Promise.withResolvers<undefined>();
      server.close(() => ended.resolve(undefined));
      await ended.promise;
    };
    servers.push({ close });
    return `127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  }

  it('Y5: an installation of which nothing is wrong is green, and the exit code is 0', async () => {
    const { code, out } = await doctor();

    expect(out).not.toContain('FAIL');
    expect(code).toBe(0);
    expect(out).toMatch(/ok +pipeline notes\n/);
    expect(out).toMatch(/ok +key is accepted and batches are listed: key [0-9a-f]{8}, at\n? +http:\/\/127/);
    expect(out).toMatch(/ok +model gpt-4o-mini of .*notes/);
    expect(out).toMatch(/ok +collection notes of notes: has documents\n/);
    // The pipeline of a consumer is always found, and its collection is not there.
    expect(out).toMatch(/warning +collection story_groups of story-groups\n +it is missing or empty\n/);
    expect(out).toContain('nothing is wrong, 1 warning\n');
    expect(out).not.toContain('\u001b');
  });

  it.each<[string, () => Variables | Promise<Variables>, RegExp, RegExp]>([
    [
      'a wrong key',
      () => ({ OPENAI_API_KEY: 'sk-refused-secret' }),
      /refuses the account \(401 invalid_api_key\)/,
      /^set OPENAI_API_KEY to a valid key$/,
    ],
    [
      'a missing key',
      () => ({ OPENAI_API_KEY: '' }),
      /^OPENAI_API_KEY: found nothing$/,
      /^set OPENAI_API_KEY=sk-…, or OPENAI_BASE_URL=simulated/,
    ],
    [
      'a model that the provider does not have',
      () => ({ OPENAI_MODEL: 'gpt-4o-minni' }),
      /does not show it to this account; did you mean gpt-4o-mini\?$/,
      /^correct OPENAI_MODEL, or allow the project to use gpt-4o-minni at the provider$/,
    ],
    [
      'a model of one pipeline that the provider does not have',
      () => installation.changePipeline("name: 'summary',", "name: 'summary', model: 'gpt-9',"),
      /does not show it to this account; did you mean gpt-5\?$/,
      /^correct the model in \S+notes\.pipeline\.ts, or allow/,
    ],
    [
      'a provider that is down',
      () => ({ OPENAI_BASE_URL: 'http://127.0.0.1:59999/v1' }),
      /no answer \(ECONNREFUSED\)/,
      /^correct OPENAI_BASE_URL, or HTTPS_PROXY/,
    ],
    [
      'a provider URL without the version',
      () => ({ OPENAI_BASE_URL: installation.providerUrl }),
      /refused with 404: Invalid URL/,
      /^set OPENAI_BASE_URL to the URL of an API that has batches, with its version: https:\/\/HOST\/v1$/,
    ],
    [
      'a clock that is an hour behind',
      async () => ({ OPENAI_BASE_URL: `http://${await providerAt(3_600_000)}/v1` }),
      /^this machine is (1h 0m|59m \d+s) behind the provider$/,
      /timedatectl set-ntp true$/,
    ],
    [
      'a MongoDB that is down',
      () => ({ BATCHMILL_STORE: `mongodb://me:secret@${closed}/state` }),
      /store mongodb:\/\/me:\*\*\*@127\.0\.0\.1:9\/state does not answer: connect ECONNREFUSED/,
      /^start MongoDB at that address, or correct BATCHMILL_STORE$/,
    ],
    [
      'a MongoDB of the documents that is down',
      () => ({ MONGODB_URI: `mongodb://${closed}/documents` }),
      /store mongodb:\/\/127\.0\.0\.1:9\/documents does not answer/,
      /^start MongoDB at that address, or correct MONGODB_URI$/,
    ],
    [
      'a wrong password of MongoDB',
      async () => {
        const server = await mongo({ ok: 0, code: 18, errmsg: 'Authentication failed.' });
        return { BATCHMILL_STORE: `mongodb://me:secret@${server}/state` };
      },
      /refuses this user: Authentication failed/,
      /^correct user, password and authSource in BATCHMILL_STORE, or give the user its role, in mongosh: db\.grantRolesToUser/,
    ],
    [
      'a user of MongoDB who may only read',
      async () => {
        const privileges = [{ resource: { db: 'documents', collection: '' }, actions: ['find'] }];
        const authInfo = { authenticatedUsers: [{ user: 'me' }], authenticatedUserPrivileges: privileges };
        const ok = { ping: { ok: 1 }, buildinfo: { ok: 1, version: '8.0.4' }, connectionstatus: { ok: 1, authInfo } };
        return { MONGODB_URI: `mongodb://${await mongo({ ok: 0, code: 13, errmsg: 'not authorized' }, ok)}/documents` };
      },
      /^the user of MONGODB_URI lacks: update in notes, update in story_groups$/,
      /db\.grantRolesToUser\("USER", \[\{ role: "readWrite", db: "DATABASE" \}\]\), or name another user in MONGODB_URI$/,
    ],
    [
      'a MongoDB whose clock is a day ahead',
      async () => {
        const localTime = new Date(Date.now() + 86_400_000);
        const hello = {
          ok: 1,
          helloOk: true,
          isWritablePrimary: true,
          minWireVersion: 0,
          maxWireVersion: 21,
          localTime,
        };
        const server = await mongo({ ok: 0, code: 13, errmsg: 'no' }, { hello, ping: { ok: 1 } });
        return { MONGODB_URI: `mongodb://${server}/documents` };
      },
      /^this machine is (24h 0m|23h 59m) behind MongoDB of the documents$/,
      /timedatectl set-ntp true$/,
    ],
    [
      'a URL of MongoDB without a database',
      () => ({ BATCHMILL_STORE: `mongodb://me:secret@${closed}` }),
      /names no database/,
      /^set BATCHMILL_STORE=mongodb:\/\/USER:PASSWORD@HOST:27017\/DATABASE$/,
    ],
    [
      'a collection without documents',
      () => installation.changePipeline("collection: 'notes', query", "collection: 'reports', query"),
      /^it is missing or empty$/,
      /^batchmill load FILE --collection reports, or correct MONGODB_URI/,
    ],
    [
      'a misspelt collection',
      () => installation.changePipeline("collection: 'notes', query", "collection: 'note', query"),
      /^it is missing or empty; did you mean notes\?$/,
      /^write source\.collection: 'notes' in the pipeline$/,
    ],
    [
      'blobs in GridFS without a MongoDB',
      () => ({ BATCHMILL_BLOBS: 'gridfs:' }),
      /^BATCHMILL_BLOBS: found gridfs: without the URL of a MongoDB/,
      /^set BATCHMILL_BLOBS=gridfs:mongodb:\/\/HOST:27017\/DATABASE, or remove it$/,
    ],
    [
      'a Kafka that is down',
      () => ({ BATCHMILL_BUS: `kafka://${closed}` }),
      /ECONNREFUSED 127\.0\.0\.1:9/,
      /^start Kafka at that address, or correct BATCHMILL_BUS$/,
    ],
    [
      'an address of Kafka with a password',
      () => ({ BATCHMILL_BUS: `kafka://me:secret@${closed}` }),
      /holds a user or a password/,
      /^set BATCHMILL_BUS=kafka:\/\/HOST:9092$/,
    ],
    [
      'a Milvus that is down',
      () => ({ BATCHMILL_VECTORS: `milvus://${closed}` }),
      /ECONNREFUSED 127\.0\.0\.1:9/,
      /^start Milvus at that address, or correct BATCHMILL_VECTORS$/,
    ],
    [
      'a collection of vectors of other dimensions',
      async () => {
        const vectors = EmbeddedVectors.open({ file: join(installation.home, 'vectors.db') });
        await vectors.ensureCollection({ name: 'notes', dimensions: 3, fields: ['chunk_id', 'parent_id'] });
        await vectors.close();
        return {};
      },
      /^Collection notes: found 3 dimensions, expected 1536/,
      /^name another collection in embeddings\.vectors\.collection of the pipeline, or set its dimensions/,
    ],
    [
      'an alias of vectors that is the name of a collection',
      async () => {
        const vectors = EmbeddedVectors.open({ file: join(installation.home, 'vectors.db') });
        await vectors.ensureCollection({ name: 'notes', dimensions: 3, fields: ['chunk_id', 'parent_id'] });
        await vectors.close();
        return installation.changePipeline("collection: 'notes' } }", "alias: 'notes' } }");
      },
      /^its alias notes is the name of a collection$/,
      /^name another alias in embeddings\.vectors\.alias of the pipeline$/,
    ],
    [
      'a collection of vectors with partitions of which the pipeline says nothing',
      async () => {
        const vectors = EmbeddedVectors.open({ file: join(installation.home, 'vectors.db') });
        const fields = ['block_mongo_id', 'block_doc_id'];
        await vectors.ensureCollection({ name: 'notes', dimensions: 1536, fields, partitionField: 'block_doc_id' });
        await vectors.close();
        return {};
      },
      /^Collection notes: found partitions by the field block_doc_id, expected no partitions/,
      /^name another collection in embeddings\.vectors\.collection of the pipeline, or correct fields and partitionBy/,
    ],
    [
      'a home that is a file',
      async () => {
        const file = join(installation.folder, 'file');
        await writeFile(file, '');
        return { BATCHMILL_HOME: file };
      },
      /^BATCHMILL_HOME: found the file \S+, expected a folder/,
      /^set BATCHMILL_HOME=FOLDER, a folder that can be written to$/,
    ],
    [
      'a home on a file system that takes no files',
      () => ({ BATCHMILL_HOME: '/proc/batchmill' }),
      /BATCHMILL_HOME: \/proc cannot be written to|found 0 B free/,
      /set BATCHMILL_HOME to a folder/,
    ],
    [
      'a mail server that is down',
      () => ({ ...email, SMTP_URL: `smtp://${closed}` }),
      /^the mail server is unavailable \(\w+\)$/,
      /^start the mail server, or correct host and port in SMTP_URL$/,
    ],
    [
      'a mail server that refuses the login',
      async () => ({ ...email, SMTP_URL: `smtp://me:secret@${await mailServer()}/?requireTLS=false` }),
      /^the mail server refused the login with 535$/,
      /^correct user and password in SMTP_URL/,
    ],
    [
      'a webhook that is down',
      () => ({ NOTIFICATION_WEBHOOK: `http://${closed}/secret`, NOTIFICATION_ALLOW_PRIVATE: 'true' }),
      /^the webhook cannot be reached \(ECONNREFUSED\)$/,
      /^start the receiver, or correct NOTIFICATION_WEBHOOK$/,
    ],
    [
      'a webhook that redirects',
      async () => {
        const url = await serve((_request, response) => response.writeHead(301, { location: '/' }).end());
        return { NOTIFICATION_WEBHOOK: `http://${url}/secret`, NOTIFICATION_ALLOW_PRIVATE: 'true' };
      },
      /^the webhook answered 301: redirects are not followed/,
      /^set NOTIFICATION_WEBHOOK to the URL that the receiver redirects to$/,
    ],
    [
      'a webhook at a private address',
      () => ({ NOTIFICATION_WEBHOOK: `http://${closed}/secret` }),
      /NOTIFICATION_WEBHOOK: found a private, loopback or link-local address/,
      /^correct the setting that the reason names$/,
    ],
    [
      'a collector of traces that is down',
      () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${closed}` }),
      /^the receiver cannot be reached \(ECONNREFUSED\)$/,
      /^start the collector, correct OTEL_EXPORTER_OTLP_ENDPOINT, or set OTEL_SDK_DISABLED=true$/,
    ],
    [
      'a pipeline with a mistake',
      () => installation.changePipeline('inference:', 'inferense:'),
      /notes\.pipeline\.ts: inferense: found an unknown key, expected "inference"/,
      /^correct \S+notes\.pipeline\.ts, then: batchmill preview notes$/,
    ],
    [
      'a consumer that does not load',
      () => installation.addConsumer('filer', 'throw new Error("the cause");'),
      /filer\.consumer\.ts: cannot be loaded \(.*the cause\), expected a module of defineConsumer/,
      /^correct \S+filer\.consumer\.ts, then: batchmill validate$/,
    ],
    [
      'a chosen consumer that is missing',
      () => ({ BATCHMILL_CONSUMERS: 'entity-linker,filer' }),
      /^found filer, expected a consumer of \S+consumers$/,
      /^batchmill new consumer filer, or take it out of BATCHMILL_CONSUMERS$/,
    ],
    [
      'a folder of pipelines that is missing',
      () => ({ BATCHMILL_PIPELINES: join(installation.folder, 'none') }),
      /^BATCHMILL_PIPELINES: \S+ cannot be read \(ENOENT\)/,
      /^create that folder, or set BATCHMILL_PIPELINES=FOLDER$/,
    ],
    [
      'a misspelt setting',
      () => ({ BATCHMILL_STOER: 'embedded' }),
      /^BATCHMILL_STOER: found in the environment, .*did you mean BATCHMILL_STORE\?$/,
      /^write BATCHMILL_STORE in place of BATCHMILL_STOER$/,
    ],
    [
      'a setting with a wrong value',
      () => ({ BATCHMILL_CONCURRENCY: 'many' }),
      /^BATCHMILL_CONCURRENCY: found "many" in the environment, expected an integer from 1 to 256$/,
      /^set BATCHMILL_CONCURRENCY to an integer from 1 to 256, or remove it$/,
    ],
    [
      'a file of prices that is missing',
      () => ({ BATCHMILL_PRICES: join(installation.folder, 'none.json') }),
      /none\.json.*\(ENOENT\)/,
      /^correct the file that BATCHMILL_PRICES names, or remove BATCHMILL_PRICES$/,
    ],
    [
      'a state that was copied',
      async () => {
        const place = { name: 'elsewhere', identity: { device: '1', inode: '1' }, servers: [] };
        await installation.inStore((store) =>
          store.collection('installation').insertOne({ _id: 'this', installation: 'other', place }),
        );
        return {};
      },
      /was worked on at elsewhere.*: it was copied, restored or moved/,
      /^batchmill installation take-over, if nothing works on the other state; if it goes on: batchmill installation renew$/,
    ],
    [
      'a state that is no database',
      async () => {
        const home = await mkdtemp(join(installation.folder, 'damaged-'));
        await writeFile(join(home, 'state.db'), 'no database '.repeat(1000));
        return { BATCHMILL_HOME: home };
      },
      /state\.db/,
      /^put a copy of the file in its place, or set BATCHMILL_HOME to another folder$/,
    ],
    [
      'a batch that the provider holds up because of the account',
      async () => {
        const held = {
          about: 'account',
          code: 'billing_hard_limit_reached',
          message: 'You are out of credit',
          times: 1,
        };
        await installation.inStore((store) =>
          store.collection('batches').insertOne({ _id: 'n.c1.b1', runId: 'n', state: 'built', held }),
        );
        return {};
      },
      /^the provider said: You are out of credit$/,
      /^batchmill runs show n; it goes on by itself/,
    ],
  ])('Y5: %s is named with its remedy, and the exit code is 1', async (_, arrange, reason, remedy) => {
    const { code, troubles, printed } = await findings(await arrange());

    expect(troubles).toContainEqual({
      level: 'failed',
      text: expect.stringMatching(/./),
      reason: expect.stringMatching(reason),
      remedy: expect.stringMatching(remedy),
    });
    expect(code).toBe(1);
    expect(printed).not.toMatch(/me:secret|refused-secret|\/secret/);
  });

  it('Y5: everything that is broken at once is named, in 80 columns, and what depends on it is not tried', async () => {
    const { code, out } = await doctor({
      BATCHMILL_STORE: `mongodb://${closed}/state`,
      BATCHMILL_BUS: `kafka://${closed}`,
      BATCHMILL_VECTORS: `milvus://${closed}`,
      OPENAI_BASE_URL: 'http://127.0.0.1:59999/v1',
      BATCHMILL_LEASE: 'never',
    });

    expect(code).toBe(1);
    expect(out.match(/ FAIL /g)).toHaveLength(5);
    expect(out).toMatch(/– +topics: not tried, because of the bus above/);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(out).toMatch(/5 things are wrong, \d+ warnings?, \d+ not known\n$/);
  });

  it('T4: what the guide shows is what is printed', async () => {
    const { out } = await doctor({ OPENAI_API_KEY: '', OPENAI_BASE_URL: '' });

    expect(out).toContain(readFileSync(guide, 'utf8'));
  });

  it('Y5: a server of a wrong setting is not tried, because another one would be', async () => {
    const { out } = await doctor({ BATCHMILL_BUS: 'rabbit://there' });

    expect(out).toMatch(/FAIL +setting BATCHMILL_BUS\n/);
    expect(out).toMatch(/– +bus at embedded: not tried, BATCHMILL_BUS is wrong/);
  });

  it('Y5: in an empty folder it works, creates nothing, and what a first run creates is not wrong', async () => {
    const home = join(await mkdtemp(join(installation.folder, 'empty-')), 'home');

    const { code, out } = await doctor({ BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated', OPENAI_API_KEY: '' });

    expect(code).toBe(0);
    expect(out).toContain('state: embedded, created by the first run');
    expect(existsSync(home)).toBe(false);
  });

  it('Y5: it changes no file of a home, and nothing at the provider', async () => {
    const vectors = EmbeddedVectors.open({ file: join(installation.home, 'vectors.db') });
    await vectors.close();
    const before = filesIn(installation.home);

    await doctor();

    expect(filesIn(installation.home)).toEqual(before);
    const ledger: unknown = await (await fetch(`${installation.providerUrl}/admin/ledger`)).json();
    expect(ledger).toMatchObject({ requests: 0, files: [], batches: [] });
  });

  it('Y5: nothing is posted to a webhook and nothing is mailed', async () => {
    const asked: string[] = [];
    const webhook = await serve((request, response) => {
      asked.push(request.method ?? '');
      response.writeHead(405).end();
    });

    const { code, out } = await doctor({
      NOTIFICATION_WEBHOOK: `http://${webhook}/hook`,
      NOTIFICATION_ALLOW_PRIVATE: 'true',
    });

    expect(asked).toEqual(['HEAD']);
    expect(out).toMatch(/webhook at 127\.0\.0\.1:\d+: answers HEAD with 405/);
    expect(code).toBe(0);
  });

  it('Y5: it says what the provider takes, and which endpoints of pipelines it does not batch', async () => {
    const { code, out } = await doctor({ BATCHMILL_PROVIDER: 'groq' });

    const said = out.replaceAll(/\s+/g, ' ');
    expect(said).toContain('ok Groq: at most 50,000 requests, 200 MB in a file; completion windows: 24h to 7d');
    expect(said).toMatch(/warning embeddings of \S+: embeddings Groq does not take \/v1\/embeddings in batches/);
    expect(code).toBe(0);
  });

  it('Y5: a provider at a path that is not that of its API is told with the right one', async () => {
    const { out } = await doctor({ OPENAI_BASE_URL: 'https://api.groq.com/v1', HTTPS_PROXY: 'http://127.0.0.1:9' });

    expect(out.replaceAll(/\s+/g, ' ')).toContain(
      'OPENAI_BASE_URL: found the path /v1, expected /openai/v1, which is that of its API do: set OPENAI_BASE_URL=https://api.groq.com/openai/v1',
    );
  });

  it('Y5: a provider without a list of models is told, and is not wrong', async () => {
    const url = await serve((request, response) => {
      const isBatches = request.url?.startsWith('/v1/batches') === true;
      const body = isBatches ? { object: 'list', data: [], has_more: false } : { error: { message: 'no such path' } };
      response.writeHead(isBatches ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });

    const { code, out } = await doctor({ OPENAI_BASE_URL: `http://${url}/v1` });

    expect(out).toMatch(/– +models \S+, \S+\n +the provider has no list of its models/);
    expect(code).toBe(0);
  });

  it('Y5: a state that moved with its folder is at its place', async () => {
    const home = join(installation.folder, 'copy');
    cpSync(installation.home, home, { recursive: true });

    const { code } = await doctor({ BATCHMILL_HOME: home });

    expect(code).toBe(0);
  });

  it('Y5: the queue of the account is shown with its limit', async () => {
    const store = EmbeddedStore.open({ file: join(installation.home, 'state.db') });
    const { Budgets } = await import('@batchmill/records');
    const { OpenAiProvider } = await import('@batchmill/provider/openai');
    const clock = new SystemClock();
    const baseUrl = installation.settings['OPENAI_BASE_URL'] ?? '';
    const provider = new OpenAiProvider({ apiKey: 'sk', baseUrl, clock });
    await new Budgets(store, clock).learn(provider.account, 'gpt-4o-mini', 'tokens', 90_000);
    await provider.close();
    await store.close();

    const { out } = await doctor();

    expect(out).toContain('queue of gpt-4o-mini: 0 tokens enqueued, 90,000 fit');
  });
});

function filesIn(folder: string): unknown[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => [name, statSync(join(folder, name)).mtimeMs, statSync(join(folder, name)).size]);
}

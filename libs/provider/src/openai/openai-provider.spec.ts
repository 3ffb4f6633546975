import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionError, SystemClock, TimeoutError } from '@batchmill/contracts';
import { startSimulator, type FaultRule, type LedgerReport, type Simulator } from '@batchmill/simulator';
import { eventually } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSettled, type FileToUpload, type ProviderBatch } from '../provider.js';
import { AccountRefusedError, RefusedError } from '../refused-error.js';
import { OpenAiProvider, type OpenAiProviderOptions } from './openai-provider.js';

const model = 'text-embedding-3-small';

function lineOf(id: string): string {
  const body = { model, input: `text ${id}`, dimensions: 8, encoding_format: 'base64' };
  return `${JSON.stringify({ custom_id: id, method: 'POST', url: '/v1/embeddings', body })}\n`;
}

function fileOf(text: string): FileToUpload & { opened: number } {
  const bytes = Buffer.from(text);
  return {
    opened: 0,
    name: 'b1.jsonl',
    bytes: bytes.length,
    async *open() {
      this.opened += 1;
      for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
    },
  };
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function allOf(batches: AsyncIterable<ProviderBatch>): Promise<ProviderBatch[]> {
  const all = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

/** Long, because it tests every call of the port against one simulator. */
describe('OpenAiProvider', () => {
  let folder: string;
  let simulator: Simulator;
  let provider: OpenAiProvider;
  let providers: OpenAiProvider[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-provider-'));
    simulator = await startSimulator({ dataDir: folder, speed: 1000, cancellingSeconds: 1 });
    providers = [];
    provider = providerWith({});
  });
  afterEach(async () => {
    await Promise.all(providers.map((each) => each.close()));
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  function providerWith(options: Partial<OpenAiProviderOptions>): OpenAiProvider {
    const created = new OpenAiProvider({
      apiKey: 'sk-test-key',
      baseUrl: `${simulator.url}/v1`,
      clock: new SystemClock(),
      retries: { times: 3, baseMs: 5 },
      ...options,
    });
    providers.push(created);
    return created;
  }

  async function faults(...rules: FaultRule[]): Promise<void> {
    const response = await fetch(`${simulator.url}/admin/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    expect(response.status).toBe(200);
  }

  async function ledger(): Promise<LedgerReport> {
    const response = await fetch(`${simulator.url}/admin/ledger`);
    return (await response.json()) as LedgerReport;
  }

  async function uploaded(lines = 3): Promise<string> {
    const text = Array.from({ length: lines }, (_, index) => lineOf(`d${index}`)).join('');
    return (await provider.uploadFile(fileOf(text))).id;
  }

  function toCreate(inputFileId: string, withinMs = 600_000) {
    const deadline = new Date(Date.now() + withinMs);
    const metadata = { batchId: 'b1' };
    return { inputFileId, endpoint: '/v1/embeddings', completionWindow: '24h', metadata, deadline } as const;
  }

  function settled(id: string): Promise<ProviderBatch> {
    return eventually('the batch is settled', async () => {
      const found = await provider.retrieveBatch(id);
      return found.endedAt === null ? null : found;
    });
  }

  it('R1: uploads a file, creates its batch and downloads its results', async () => {
    const text = ['one', 'two', 'three'].map(lineOf).join('');

    const file = await provider.uploadFile(fileOf(text));
    const created = await provider.createBatch(toCreate(file.id));
    const done = await settled(created.id);
    const results = await textOf(provider.download(done.outputFileId!));

    expect(created).toMatchObject({ state: 'validating', inputFileId: file.id, metadata: { batchId: 'b1' } });
    expect(done).toMatchObject({
      state: 'completed',
      errorFileId: null,
      counts: { total: 3, completed: 3, failed: 0 },
      model,
    });
    const { inputTokens, outputTokens } = await ledger();
    expect(done.usage).toEqual({ inputTokens, outputTokens, cachedTokens: 0, reasoningTokens: 0 });
    expect(created).toMatchObject({ model: null, usage: null });
    expect(results.trim().split('\n')).toHaveLength(3);
    expect(await textOf(provider.download(file.id))).toBe(text);
  });

  it('Y4: lists input files and result files apart, with their names and sizes', async () => {
    const fileId = await uploaded();
    const { id } = await provider.createBatch(toCreate(fileId));
    const { outputFileId } = await settled(id);

    const inputs = await Array.fromAsync(provider.listInputFiles());
    const results = await Array.fromAsync(provider.listResultFiles());

    expect(inputs).toMatchObject([{ id: fileId, name: 'b1.jsonl', bytes: 3 * lineOf('d0').length }]);
    const bytes = (await textOf(provider.download(outputFileId!))).length;
    expect(results).toMatchObject([{ id: outputFileId, bytes, createdAt: expect.any(Date) }]);
  });

  it('X1 M2: a create whose response is lost has an unclear outcome and is not repeated', async () => {
    const fileId = await uploaded();
    await faults({ on: 'batches.create', what: 'drop-answer' });

    const failure = await failureOf(provider.createBatch(toCreate(fileId)));

    expect(failure).toBeInstanceOf(ConnectionError);
    expect((await ledger()).batches).toHaveLength(1);
    expect(await allOf(provider.listBatches(new Date(0)))).toMatchObject([{ metadata: { batchId: 'b1' } }]);
  });

  it.each([500, 503, 408, 409])(
    'X1: a create answered with %d has an unclear outcome and is not repeated',
    async (status) => {
      const fileId = await uploaded();
      await faults({ on: 'batches.create', what: 'status', value: status, times: 1 });

      expect(await failureOf(provider.createBatch(toCreate(fileId)))).toBeInstanceOf(ConnectionError);
      expect((await ledger()).batches).toEqual([]);
    },
  );

  it.each([400, 422, 429])('X1: a create answered with %d is refused, and no batch exists', async (status) => {
    const fileId = await uploaded();
    await faults({ on: 'batches.create', what: 'status', value: status, times: 1 });

    const failure = await failureOf(provider.createBatch(toCreate(fileId)));

    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure).toMatchObject({ status });
    expect((await ledger()).batches).toEqual([]);
  });

  it('X1: a create times out at its deadline with an unclear outcome', async () => {
    const fileId = await uploaded();
    await faults({ on: 'batches.create', what: 'delay', value: 400 });

    expect(await failureOf(provider.createBatch(toCreate(fileId, 100)))).toBeInstanceOf(TimeoutError);
    await eventually('the batch was created nevertheless', async () => (await ledger()).batches.length === 1);
  });

  it('X1: a create is not sent after its deadline', async () => {
    const fileId = await uploaded();

    expect(await failureOf(provider.createBatch(toCreate(fileId, -1)))).toBeInstanceOf(TimeoutError);
    expect((await ledger()).batches).toEqual([]);
  });

  it('X4: an upload whose response is lost is sent again from the beginning', async () => {
    await faults({ on: 'files.create', what: 'drop-answer', times: 1 });
    const text = Array.from({ length: 50 }, (_, index) => lineOf(`d${index}`)).join('');
    const file = fileOf(text);

    const { id } = await provider.uploadFile(file);

    expect(file.opened).toBe(2);
    expect(await textOf(provider.download(id))).toBe(text);
  });

  it('X1: an error of reading the file is rethrown as it is', async () => {
    const gone = new Error('the blob is gone');
    const file: FileToUpload = {
      name: 'b1.jsonl',
      bytes: 10,
      async *open() {
        yield Buffer.from('{}');
        throw gone;
      },
    };

    expect(await failureOf(provider.uploadFile(file))).toBe(gone);
  });

  it('X4: a call answered with 502 or 429 is repeated', async () => {
    const fileId = await uploaded(1);
    await faults(
      { on: 'files.content', what: 'status', value: 502, times: 2 },
      { on: 'batches.list', what: 'status', value: 429, times: 1 },
    );

    expect(await textOf(provider.download(fileId))).toBe(lineOf('d0'));
    await expect(provider.check()).resolves.toBeUndefined();
  });

  it.each(['file-pending', 'queue-tokens-unnamed'])(
    'X4: a look that is refused with 400 for the moment is repeated, and is no mistake of the work: %s',
    async (value) => {
      await faults({ on: 'batches.list', what: 'refused', value, times: 1 });
      await expect(provider.check()).resolves.toBeUndefined();

      await faults({ on: 'batches.list', what: 'refused', value });

      expect(await failureOf(provider.check())).toBeInstanceOf(ConnectionError);
    },
  );

  it('X1: a provider that stays unavailable is reported after a few attempts', async () => {
    await faults({ on: 'batches.list', what: 'status', value: 503 });

    const failure = await failureOf(provider.check());

    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ code: 'provider.unavailable' });
  });

  it('X1: a download whose connection breaks is an error', async () => {
    const fileId = await uploaded(200);
    await faults({ on: 'files.content', what: 'cut-off', value: 50, times: 1 });

    const failure = await failureOf(textOf(provider.download(fileId)));

    expect(failure).toBeInstanceOf(ConnectionError);
    expect(failure).toMatchObject({ code: 'provider.cut-off' });
  });

  it('X1: a refused key is an AccountRefusedError that does not contain the key', async () => {
    const key = 'sk-refused-1234567890';
    const refused = providerWith({ apiKey: key });

    for (const call of [refused.check(), refused.uploadFile(fileOf(lineOf('d')))]) {
      const failure = await failureOf(call);
      expect(failure).toBeInstanceOf(AccountRefusedError);
      expect(failure).toMatchObject({ status: 401, refusal: { about: 'account', reason: 'key' } });
      expect((failure as Error).message).not.toContain('1234567890');
      expect((failure as Error).cause).toBeUndefined();
    }
  });

  it('R2: the list of batches is newest first, over all pages, and ends at the requested time', async () => {
    const fileId = await uploaded();
    const ids: string[] = [];
    for (let made = 0; made < 105; made += 1) ids.push((await provider.createBatch(toCreate(fileId))).id);

    const all = await allOf(provider.listBatches(new Date(0)));
    const since = all[50]!.createdAt;
    const some = await allOf(provider.listBatches(new Date(since.getTime() + 300)));

    expect(all.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(some.map(({ id }) => id)).toEqual(all.filter(({ createdAt }) => createdAt >= since).map(({ id }) => id));
  });

  it('R2: cancelBatch returns the batch, also when it is settled', async () => {
    const fileId = await uploaded();
    const done = await settled((await provider.createBatch(toCreate(fileId))).id);
    await faults({ on: 'batch', what: 'stall' });
    const { id } = await provider.createBatch(toCreate(fileId));

    expect(['cancelling', 'cancelled']).toContain((await provider.cancelBatch(id)).state);
    expect((await settled(id)).state).toBe('cancelled');
    expect((await provider.cancelBatch(id)).state).toBe('cancelled');
    expect(await provider.cancelBatch(done.id)).toEqual(done);
  });

  it('R2: cancelBatch returns a batch that is refused because it is completed as the provider still shows it', async () => {
    const fileId = await uploaded();
    await faults({ on: 'batches.retrieve', what: 'stale', value: '1000000s' });
    const { id } = await provider.createBatch(toCreate(fileId));
    await provider.retrieveBatch(id);
    await eventually('the answers to be billed', async () => (await ledger()).requests > 0);

    expect(isSettled(await provider.cancelBatch(id))).toBe(false);
  });

  it('an unknown batch is refused with 404, and deleting an unknown file succeeds', async () => {
    const fileId = await uploaded();

    await provider.deleteFile(fileId);
    await provider.deleteFile(fileId);

    expect((await ledger()).files).toEqual([]);
    expect(await failureOf(provider.retrieveBatch('batch_none'))).toMatchObject({ status: 404 });
    expect(await failureOf(textOf(provider.download(fileId)))).toMatchObject({ status: 404 });
  });

  it('E2: texts are embedded in their order, in several requests when they are long', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `word${index} `.repeat(1_500));

    const { vectors, inputTokens } = await provider.embed({ model, dimensions: 64, texts });
    const again = await provider.embed({ model, dimensions: 64, texts: [texts[39]!] });

    expect(vectors).toHaveLength(40);
    expect(vectors[39]).toEqual(again.vectors[0]);
    expect(inputTokens).toBeGreaterThan(40 * 1_500);
    expect((await ledger()).synchronous.requests).toBeGreaterThan(2);
  });

  it('M5: the limits of an account do not depend on its key, so that a replaced key keeps what was learned', () => {
    const replaced = providerWith({ apiKey: 'sk-other-key' });
    const same = providerWith({ baseUrl: `${simulator.url}/v1/` });
    const ofOtherProject = providerWith({ project: 'other' });

    expect(provider.account).toMatch(/^[0-9a-f]{16}$/);
    expect(same.account).toBe(provider.account);
    expect(replaced.account).toBe(provider.account);
    expect(ofOtherProject.account).not.toBe(provider.account);
  });

  it('X4: the account of a key names server, organization and project, and a fingerprint instead of the key', async () => {
    const apiKey = 'sk-org-a-secret';
    const named = providerWith({ apiKey, project: 'p' });
    const replaced = providerWith({ apiKey: 'sk-org-a-other', project: 'p' });
    expect(named.accountInfo).toMatchObject({ organization: null, project: 'p', reportedOrganization: null });

    await named.check();

    expect(named.accountInfo).toEqual({
      address: `${simulator.url}/v1`,
      keyFingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      organization: null,
      project: 'p',
      reportedOrganization: 'org-a',
      reportedProject: 'proj-a',
    });
    expect(replaced.accountInfo.keyFingerprint).not.toBe(named.accountInfo.keyFingerprint);
    expect(JSON.stringify(named.accountInfo)).not.toContain(apiKey);
  });

  it('X4: an account does not know the files and batches of another', async () => {
    const own = providerWith({ apiKey: 'sk-org-a-1' });
    const other = providerWith({ apiKey: 'sk-org-b-1' });
    const { id } = await own.uploadFile(fileOf(lineOf('a')));

    expect(await own.hasFile(id)).toBe(true);
    expect(await other.hasFile(id)).toBe(false);
    await own.deleteFile(id);
    expect(await own.hasFile(id)).toBe(false);
  });
});

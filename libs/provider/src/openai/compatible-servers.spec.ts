import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, RequestListener } from 'node:http';
import { profileFor } from '../profiles/profile-for.js';
import type { ProviderBatch, UploadedFile } from '../provider.js';
import type { OpenAiProvider } from './openai-provider.js';
import { allOf, failureOf, sampleBatch, sampleFile } from './testing/sample-requests.js';
import { StubServer, respondJson } from './testing/stub-server.js';

/** What compatible servers were seen to write where OpenAI writes something else. */
describe('responses of compatible servers', () => {
  let server: StubServer | null = null;

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function providerOn(listener: RequestListener): Promise<OpenAiProvider> {
    server = await StubServer.start(listener);
    return server.provider();
  }

  async function batchOf(fields: object): Promise<ProviderBatch> {
    const provider = await providerOn((_, response) => respondJson(response, { id: 'batch_1', ...fields }));
    return provider.retrieveBatch('batch_1');
  }

  async function fileOf(fields: object): Promise<UploadedFile> {
    const provider = await providerOn((request, response) => {
      void bodyOf(request).then(() => respondJson(response, { id: 'file-1', created_at: 9, ...fields }));
    });
    return provider.uploadFile(sampleFile(1));
  }

  it('an empty text in place of the id of a file is no file', async () => {
    const batch = await batchOf({ status: 'completed', input_file_id: '', output_file_id: '', error_file_id: ' ' });

    expect(batch).toMatchObject({ inputFileId: null, outputFileId: null, errorFileId: null });
  });

  it('ids that are not left empty are kept as they are', async () => {
    const batch = await batchOf({
      status: 'completed',
      input_file_id: 'in',
      output_file_id: 'a/b c',
      error_file_id: 'e',
    });

    expect(batch).toMatchObject({ inputFileId: 'in', outputFileId: 'a/b c', errorFileId: 'e' });
  });

  it('M2: a created batch or an uploaded file without an id has an unclear outcome', async () => {
    const provider = await providerOn((request, response) => {
      void bodyOf(request).then(() => respondJson(response, { id: '', status: 'validating' }));
    });

    expect(await failureOf(provider.createBatch(sampleBatch()))).toMatchObject({
      code: 'provider.unexpected-response',
    });
    expect(await failureOf(provider.uploadFile(sampleFile(1)))).toMatchObject({ code: 'provider.unexpected-response' });
  });

  it.each<[unknown, ProviderBatch['state']]>([
    ['VALIDATING', 'validating'],
    ['In Progress', 'in_progress'],
    ['in-progress', 'in_progress'],
    ['InProgress', 'in_progress'],
    ['queued', 'validating'],
    ['RUNNING', 'in_progress'],
    ['succeeded', 'completed'],
    ['SUCCESS', 'completed'],
    ['TIMEOUT_EXCEEDED', 'expired'],
    ['CANCELLATION_REQUESTED', 'cancelling'],
    ['Canceled', 'cancelled'],
  ])('the state %p is %s', async (status, state) => {
    expect(await batchOf({ status })).toMatchObject({ state, unknownState: null });
  });

  it.each([
    ['reticulating', 'reticulating'],
    ['DONE?', 'DONE?'],
    ['', 'no state'],
    [undefined, 'no state'],
    [7, 'no state'],
  ])('the state %p is unknown: it is not settled, and the provider’s word is kept', async (status, word) => {
    expect(await batchOf({ status })).toMatchObject({ state: 'in_progress', unknownState: word, endedAt: null });
  });

  it('times may be ISO 8601, milliseconds or texts', async () => {
    const batch = await batchOf({
      status: 'COMPLETED',
      created_at: '2026-11-28T20:00:00Z',
      expires_at: '1796068800',
      completed_at: 1_795_900_000_000,
    });

    expect(batch).toMatchObject({
      createdAt: new Date('2026-11-28T20:00:00Z'),
      expiresAt: new Date(1_796_068_800_000),
      endedAt: new Date(1_795_900_000_000),
    });
  });

  it('M2: a list with ISO times ends at the first older batch, and a batch without a readable time does not end it', async () => {
    const provider = await providerOn((_, response) =>
      respondJson(response, {
        data: [
          { id: 'new', status: 'completed', created_at: '2026-11-28T20:00:00Z' },
          { id: 'without', status: 'completed' },
          { id: 'local', status: 'completed', created_at: '2020-01-01T00:00:00' },
          { id: 'since', status: 'completed', created_at: '2026-11-28T19:00:00Z' },
          { id: 'older', status: 'completed', created_at: '2026-11-28T18:59:59Z' },
        ],
        has_more: false,
      }),
    );

    const listed = await allOf(provider.listBatches(new Date('2026-11-28T19:00:00.900Z')));
    const ahead = await allOf(provider.listBatches(new Date('2126-01-01T00:00:00Z')));

    expect(listed.map(({ id }) => id)).toEqual(['new', 'without', 'local', 'since']);
    expect(ahead).toEqual([]);
  });

  it('M2: a batch without a readable time does not end the list where the provider’s clock is ahead of ours', async () => {
    const provider = await providerOn((_, response) =>
      respondJson(response, { data: [{ id: 'without' }, { id: 'new', created_at: 4_923_000_000 }], has_more: false }),
    );

    const listed = await allOf(provider.listBatches(new Date(4_922_000_000_000)));

    expect(listed.map(({ id }) => id)).toEqual(['without', 'new']);
  });

  it('counts may be texts, and are 0 where they are missing', async () => {
    const counts = { total: '3', completed: '2', failed: null };

    expect((await batchOf({ request_counts: counts })).counts).toEqual({ total: 3, completed: 2, failed: 0 });
    await server?.close();
    expect((await batchOf({ request_counts: 'many' })).counts).toEqual({ total: 0, completed: 0, failed: 0 });
  });

  const nothing = { inputTokens: 0, cachedTokens: 0, outputTokens: 0, reasoningTokens: 0 };

  it.each([
    [
      {
        input_tokens: 30,
        input_tokens_details: { cached_tokens: 10 },
        output_tokens: 9,
        output_tokens_details: { reasoning_tokens: 4 },
        total_tokens: 39,
      },
      { inputTokens: 30, cachedTokens: 10, outputTokens: 9, reasoningTokens: 4 },
    ],
    [
      { input_tokens: 30, output_tokens: null },
      { ...nothing, inputTokens: 30 },
    ],
    [{ input_tokens: 0, output_tokens: 0, total_tokens: 0 }, nothing],
    [{}, null],
    [null, null],
    [undefined, null],
    ['30', null],
  ])('M1: the usage %j of a batch is read; null: the provider does not say it', async (usage, expected) => {
    expect((await batchOf({ status: 'completed', usage })).usage).toEqual(expected);
  });

  it('M1: the model and the beginning of a batch are as the provider names them; null: it names none', async () => {
    const named = { model: 'gpt-4o-mini-2024-07-18', in_progress_at: 1_795_900_000 };
    const unnamed = { model: '', in_progress_at: null };

    expect(await batchOf({ status: 'completed', ...named })).toMatchObject({
      model: 'gpt-4o-mini-2024-07-18',
      inProgressAt: new Date(1_795_900_000_000),
    });
    await server?.close();
    expect(await batchOf({ status: 'validating', ...unnamed })).toMatchObject({ model: null, inProgressAt: null });
  });

  it.each([
    [{ data: [{ code: 'invalid', message: 'no', line: 4 }] }, [{ code: 'invalid', message: 'no', line: 4 }]],
    [[{ message: 'no' }], [{ code: 'unknown', message: 'no', line: null }]],
    [['line 4 is wrong'], [{ code: 'unknown', message: 'line 4 is wrong', line: null }]],
    ['the file is empty', [{ code: 'unknown', message: 'the file is empty', line: null }]],
    ['', []],
    [null, []],
    [{}, []],
  ])('the errors %j are read', async (errors, expected) => {
    expect((await batchOf({ status: 'failed', errors })).errors).toEqual(expected);
  });

  it.each([
    ['pending', 'pending'],
    ['Pending', 'pending'],
    ['notRunning', 'pending'],
    ['processing', 'pending'],
    ['processed', 'processed'],
    ['Processed', 'processed'],
    ['uploaded', 'processed'],
    [undefined, 'processed'],
    [null, 'processed'],
    ['shelved', 'processed'],
    ['error', 'error'],
    ['failed', 'error'],
    ['Deleted', 'error'],
  ])('a file with the status %p is %s', async (status, state) => {
    expect(await fileOf({ status })).toMatchObject({ id: 'file-1', state, createdAt: new Date(9_000) });
  });

  it.each([
    [{ status_details: 'Line 3 is not JSON.' }, 'Line 3 is not JSON.'],
    [{ status_details: { code: 'bad', message: 'Line 3 is not JSON.' } }, 'Line 3 is not JSON.'],
    [{ status_details: null, error: { message: 'too large' } }, 'too large'],
    [{ status_details: '' }, null],
  ])('why a file cannot be processed is read from %j', async (fields, reason) => {
    expect(await fileOf({ status: 'error', ...fields })).toMatchObject({ state: 'error', reason });
  });

  it('M2: a file without a readable time of creation has none, so that no later time hides its batch', async () => {
    expect(await fileOf({ created_at: '2026-11-28T20:00:00' })).toMatchObject({ createdAt: null });
  });

  it('Y4: of a server that lists all files, whatever was asked for, input files are no result files', async () => {
    const provider = await providerOn((_, response) => {
      const files = [
        { id: 'file-1', purpose: 'batch', bytes: 7 },
        { id: 'file-2', purpose: 'batch_output', bytes: '7' },
        { id: 'file-3' },
      ];
      respondJson(response, { data: files, has_more: false });
    });

    expect(await allOf(provider.listResultFiles())).toMatchObject([
      { id: 'file-2', bytes: null },
      { id: 'file-3', bytes: null },
    ]);
    expect(await allOf(provider.listInputFiles())).toMatchObject([{ bytes: 7 }, { bytes: null }, { bytes: null }]);
  });

  it('states that only one provider has are read by its profile', async () => {
    server = await StubServer.start((_, response) => respondJson(response, { id: 'batch_1', status: 'PROGRESS' }));
    const novita = server.provider({ profile: profileFor('https://api.novita.ai/openai/v1') });

    expect(await novita.retrieveBatch('batch_1')).toMatchObject({ state: 'in_progress', unknownState: null });
    expect(await server.provider().retrieveBatch('batch_1')).toMatchObject({ unknownState: 'PROGRESS' });
  });

  it('M2: a list with cursors is read to its end, so that no paid batch is missed', async () => {
    const asked: string[] = [];
    const pages = [
      { data: [{ id: 'batch_3', created_at: 30 }], paging: { next_cursor: 'c2' } },
      { data: [{ id: 'batch_2', created_at: 20 }], paging: { next_cursor: 'c1' } },
      { data: [{ id: 'batch_1', created_at: 10 }], paging: null },
    ];
    server = await StubServer.start((request, response) => {
      asked.push(request.url ?? '');
      const { searchParams } = new URL(request.url ?? '', 'http://host');
      respondJson(response, pages[{ c2: 1, c1: 2 }[searchParams.get('cursor') ?? ''] ?? 0]);
    });
    const groq = server.provider({ profile: profileFor('https://api.groq.com/openai/v1') });

    const batches = await allOf(groq.listBatches(new Date(0)));

    expect(batches.map(({ id }) => id)).toEqual(['batch_3', 'batch_2', 'batch_1']);
    expect(asked).toEqual(['', '&cursor=c2', '&cursor=c1'].map((query) => `/v1/batches?limit=100${query}`));
  });

  it('M2: a list that returns its own cursor again has an unclear end', async () => {
    server = await StubServer.start((_, response) =>
      respondJson(response, { data: [{ id: 'batch_3', created_at: 30 }], paging: { next_cursor: 'c2' } }),
    );
    const groq = server.provider({ profile: profileFor('https://api.groq.com/openai/v1') });

    expect(await failureOf(allOf(groq.listBatches(new Date(0))))).toMatchObject({
      code: 'provider.unexpected-response',
      message: expect.stringContaining('the page after the cursor c2 names the same one again') as unknown,
    });
  });

  it('a provider whose list does not name what requests name is not asked for its models', async () => {
    const asked: string[] = [];
    server = await StubServer.start((request, response) => {
      asked.push(request.url ?? '');
      respondJson(response, { data: [{ id: 'gpt-4o' }] });
    });
    const azure = server.provider({ profile: profileFor('https://mine.openai.azure.com/openai/v1') });

    expect(await azure.listModels()).toBeNull();
    expect(asked).toEqual([]);
  });

  it('any completion window is sent as it is', async () => {
    let body = '';
    const provider = await providerOn((request, response) => {
      void bodyOf(request).then((text) => {
        body = text;
        respondJson(response, { id: 'batch_1', status: 'VALIDATING' });
      });
    });

    await provider.createBatch({ ...sampleBatch(), completionWindow: '7d' });

    expect(JSON.parse(body)).toMatchObject({ completion_window: '7d' });
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a request without an encoding yields buffers
  return Buffer.concat(chunks).toString();
}

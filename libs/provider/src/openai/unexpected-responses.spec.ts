import { afterEach, describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { AccountRefusedError } from '../refused-error.js';
import type { OpenAiProvider } from './openai-provider.js';
import { StubServer, respondJson } from './testing/stub-server.js';
import { allOf, failureOf, sampleBatch } from './testing/sample-requests.js';

const pageOf = (prefix: string) =>
  Array.from({ length: 100 }, (_, index) => ({ id: `${prefix}${index}`, status: 'completed', created_at: 9 }));

describe('responses that are not as the API documents', () => {
  let server: StubServer | null = null;
  let calls = 0;

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function providerOn(listener: RequestListener): Promise<OpenAiProvider> {
    calls = 0;
    server = await StubServer.start((request, response) => {
      calls += 1;
      listener(request, response);
    });
    return server.provider();
  }

  it('X1 M2: a web page in place of a response is neither a list, a batch, content nor readiness', async () => {
    const provider = await providerOn((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to the hotel network');
    });

    for (const work of [
      () => allOf(provider.listBatches(new Date(0))),
      () => provider.retrieveBatch('batch_1'),
      () => allOf(provider.download('file-1')),
      () => provider.embed({ model: 'own-model', dimensions: 2, texts: ['a'] }),
      () => provider.check(),
    ]) {
      const failure = await failureOf(work());
      expect(failure).toBeInstanceOf(ConnectionError);
      expect(failure).toMatchObject({ code: 'provider.unexpected-response' });
    }
  });

  it('M2: a create answered with a web page has an unclear outcome and is not repeated', async () => {
    const provider = await providerOn((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to the hotel network');
    });

    expect(await failureOf(provider.createBatch(sampleBatch()))).toBeInstanceOf(ConnectionError);
    expect(calls).toBe(1);
  });

  it('M2: a list without has_more is read to its end', async () => {
    const provider = await providerOn((request, response) => {
      const after = new URL(request.url ?? '', 'http://localhost').searchParams.get('after');
      const pages: Record<string, unknown[]> = {
        first: pageOf('a'),
        a99: [{ ...pageOf('b')[0], id: 'last' }],
        last: [],
      };
      respondJson(response, { data: pages[after ?? 'first'] });
    });

    const ids = (await allOf(provider.listBatches(new Date(0)))).map(({ id }) => id);

    expect(ids).toHaveLength(101);
    expect(ids.at(-1)).toBe('last');
  });

  it('M2: the list of a server without pages is read once', async () => {
    const provider = await providerOn((_, response) => respondJson(response, { data: pageOf('a') }));

    expect(await allOf(provider.listBatches(new Date(0)))).toHaveLength(100);
  });

  it('M2: a list that has more pages but repeats the same one is an error, not an endless loop', async () => {
    const provider = await providerOn((_, response) => respondJson(response, { data: pageOf('a'), has_more: true }));

    expect(await failureOf(allOf(provider.listBatches(new Date(0))))).toMatchObject({
      code: 'provider.unexpected-response',
    });
  });

  it('a compatible server may write states in upper case and vectors as numbers, and may leave out the usage', async () => {
    const provider = await providerOn((request, response) => {
      const data = [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ];
      const batch = { id: 'batch_1', status: 'COMPLETED', created_at: 1, completed_at: 2, endpoint: '/v1/embeddings' };
      respondJson(response, request.url?.includes('embeddings') ? { data } : batch);
    });

    expect(await provider.retrieveBatch('batch_1')).toMatchObject({ state: 'completed', endedAt: new Date(2_000) });
    const { vectors, inputTokens } = await provider.embed({ model: 'own-model', dimensions: 2, texts: ['a', 'b'] });
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(inputTokens).toBe(0);
  });

  it.each([[[1, 0, 0]], [[1, null]], [undefined], ['AACAPw=='], [{}]])(
    'E2: %j is not a vector of two dimensions',
    async (embedding) => {
      const provider = await providerOn((_, response) => respondJson(response, { data: [{ index: 0, embedding }] }));

      const failure = await failureOf(provider.embed({ model: 'own-model', dimensions: 2, texts: ['a'] }));

      expect(failure).toMatchObject({ code: 'provider.wrong-dimensions' });
    },
  );

  it('the error of a refused key does not contain the key', async () => {
    const error = { message: 'Incorrect API key provided: sk-proj-ab***********yz.' };
    const provider = await providerOn((_, response) => respondJson(response, { error }, 401));

    const failure = await failureOf(provider.check());

    expect(failure).toBeInstanceOf(AccountRefusedError);
    expect((failure as Error).message).toMatch(/Incorrect API key provided: sk-…/);
    expect(inspect(failure)).not.toMatch(/\*yz/);
  });

  it.each([
    [422, '{"error":{"message":"input \\"my secret\\" is bad","code":"bad_input"}}', /422: bad_input/],
    [503, '{"error":{"message":"no room for my secret"}}', /503: no code/],
    [200, 'my secret {"data":', /not JSON/],
  ])(
    'N3: an error with status %d contains nothing of the text that the provider quotes',
    async (status, body, expected) => {
      const provider = await providerOn((_, response) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });

      const failure = await failureOf(provider.embed({ model: 'own-model', dimensions: 2, texts: ['my secret'] }));

      expect((failure as Error).message).toMatch(expected);
      expect(inspect(failure, { depth: 9 })).not.toMatch(/my secret/);
    },
  );
});

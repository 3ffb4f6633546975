import { afterEach, describe, expect, it } from '@jest/globals';
import { ConnectionError } from '@batchmill/contracts';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { RefusedError } from '../refused-error.js';
import type { OpenAiProvider } from './openai-provider.js';
import { AnsweringServer, answerJson } from './testing/answering-server.js';
import { allOf, failureOf, someBatch } from './testing/what-is-asked.js';

const pageOf = (prefix: string) =>
  Array.from({ length: 100 }, (_, index) => ({ id: `${prefix}${index}`, status: 'completed', created_at: 9 }));

describe('answers that are not as the API promises', () => {
  let server: AnsweringServer | null = null;
  let calls = 0;

  afterEach(async () => {
    await server?.close();
    server = null;
  });

  async function providerOn(answer: RequestListener): Promise<OpenAiProvider> {
    calls = 0;
    server = await AnsweringServer.start((request, response) => {
      calls += 1;
      answer(request, response);
    });
    return server.provider();
  }

  it('X1 M2: a web page in place of an answer says nothing: no list, no batch, no content, no readiness', async () => {
    const asked = await providerOn((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to the hotel network');
    });

    for (const work of [
      () => allOf(asked.listBatches(new Date(0))),
      () => asked.retrieveBatch('batch_1'),
      () => allOf(asked.download('file-1')),
      () => asked.embed({ model: 'own-model', dimensions: 2, texts: ['a'] }),
      () => asked.check(),
    ]) {
      const failure = await failureOf(work());
      expect(failure).toBeInstanceOf(ConnectionError);
      expect(failure).toMatchObject({ code: 'provider.odd-answer' });
    }
  });

  it('M2: a create answered with a web page is unclear and not sent again', async () => {
    const asked = await providerOn((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>Sign in to the hotel network');
    });

    expect(await failureOf(asked.createBatch(someBatch()))).toBeInstanceOf(ConnectionError);
    expect(calls).toBe(1);
  });

  it('M2: a list that does not say whether there is more is read to its end', async () => {
    const asked = await providerOn((request, answer) => {
      const after = new URL(request.url ?? '', 'http://localhost').searchParams.get('after');
      const pages: Record<string, unknown[]> = {
        first: pageOf('a'),
        a99: [{ ...pageOf('b')[0], id: 'last' }],
        last: [],
      };
      answerJson(answer, { data: pages[after ?? 'first'] });
    });

    const ids = (await allOf(asked.listBatches(new Date(0)))).map(({ id }) => id);

    expect(ids).toHaveLength(101);
    expect(ids.at(-1)).toBe('last');
  });

  it('M2: a list of a server that knows no pages is read once', async () => {
    const asked = await providerOn((_, answer) => answerJson(answer, { data: pageOf('a') }));

    expect(await allOf(asked.listBatches(new Date(0)))).toHaveLength(100);
  });

  it('M2: a list that promises more and does not go on is told, instead of being read for ever', async () => {
    const asked = await providerOn((_, answer) => answerJson(answer, { data: pageOf('a'), has_more: true }));

    expect(await failureOf(allOf(asked.listBatches(new Date(0))))).toMatchObject({ code: 'provider.odd-answer' });
  });

  it('a compatible server may write states in upper case, vectors as numbers, and leave out the usage', async () => {
    const asked = await providerOn((request, answer) => {
      const data = [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ];
      const batch = { id: 'batch_1', status: 'COMPLETED', created_at: 1, completed_at: 2, endpoint: '/v1/embeddings' };
      answerJson(answer, request.url?.includes('embeddings') ? { data } : batch);
    });

    expect(await asked.retrieveBatch('batch_1')).toMatchObject({ state: 'completed', endedAt: new Date(2_000) });
    const { vectors, inputTokens } = await asked.embed({ model: 'own-model', dimensions: 2, texts: ['a', 'b'] });
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(inputTokens).toBe(0);
  });

  it.each([[[1, 0, 0]], [[1, null]], [undefined], ['AACAPw=='], [{}]])(
    'E2: %j is no vector of two dimensions',
    async (embedding) => {
      const asked = await providerOn((_, answer) => answerJson(answer, { data: [{ index: 0, embedding }] }));

      const failure = await failureOf(asked.embed({ model: 'own-model', dimensions: 2, texts: ['a'] }));

      expect(failure).toMatchObject({ code: 'provider.wrong-dimensions' });
    },
  );

  it('a refused key is named by the refusal, and not repeated', async () => {
    const error = { message: 'Incorrect API key provided: sk-proj-ab***********yz.' };
    const asked = await providerOn((_, answer) => answerJson(answer, { error }, 401));

    const failure = await failureOf(asked.check());

    expect(failure).toBeInstanceOf(RefusedError);
    expect((failure as Error).message).toMatch(/Incorrect API key provided: sk-…/);
    expect(inspect(failure)).not.toMatch(/\*yz/);
  });

  it.each([
    [422, '{"error":{"message":"input \\"what I asked\\" is bad","code":"bad_input"}}', /422: bad_input/],
    [503, '{"error":{"message":"no room for what I asked"}}', /503: no code/],
    [200, 'what I asked {"data":', /not JSON/],
  ])('N3: an error of %d repeats nothing of a text, however the provider quotes it', async (status, body, told) => {
    const asked = await providerOn((_, answer) => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });

    const failure = await failureOf(asked.embed({ model: 'own-model', dimensions: 2, texts: ['what I asked'] }));

    expect((failure as Error).message).toMatch(told);
    expect(inspect(failure, { depth: 9 })).not.toMatch(/what I/);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectionError, SystemClock, type Clock, TimeoutError, ValidationError } from '@batchmill/contracts';
import { startSimulator, type FaultRule, type LedgerReport, type Simulator } from '@batchmill/simulator';
import { ManualClock, eventually } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseResultLine, usageOf, writeResultLine } from '../dialects/openai/index.js';
import { AccountRefusedError, TierRefusedError } from '../refused-error.js';
import type { RequestFields } from '../requests/prompt-settings.js';
import type { EmbeddingsResult, SynchronousAnswer, SynchronousResult } from '../results/synchronous-result.js';
import { OpenAiProvider } from './openai-provider.js';
import { StubServer, respondJson } from './testing/stub-server.js';

const embeddings = { model: 'text-embedding-3-small', dimensions: 8, encoding_format: 'base64' };
const chat = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Cats purr. Dogs bark. Who barks?' }] };
const far = (): Date => new Date(new SystemClock().now().getTime() + 600_000);

function answered(result: SynchronousResult): SynchronousAnswer {
  if (result.kind !== 'answered') throw new Error(`the call is ${result.kind}`, { cause: result.error });
  return result.answer;
}

function answersOf(result: EmbeddingsResult): readonly SynchronousAnswer[] {
  if (result.kind !== 'answered') throw new Error(`the call is ${result.kind}`);
  return result.answers;
}

/** Long, because it tests both calls with every way in which they end. */
describe('synchronous calls', () => {
  let folder: string;
  let simulator: Simulator;
  let provider: OpenAiProvider;
  let stub: StubServer | null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-synchronous-'));
    simulator = await startSimulator({ dataDir: folder, speed: 1000 });
    provider = providerOf('sk-test-key');
    stub = null;
  });
  afterEach(async () => {
    await provider.close();
    await stub?.close();
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  function providerOf(apiKey: string, clock: Clock = new SystemClock()): OpenAiProvider {
    const retries = { times: 3, baseMs: 5 };
    return new OpenAiProvider({ apiKey, baseUrl: `${simulator.url}/v1`, clock, retries });
  }

  async function faults(...rules: FaultRule[]): Promise<void> {
    const response = await fetch(`${simulator.url}/admin/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rules),
    });
    expect(response.status).toBe(200);
  }

  async function billed(): Promise<LedgerReport['synchronous']> {
    const response = await fetch(`${simulator.url}/admin/ledger`);
    return ((await response.json()) as LedgerReport).synchronous;
  }

  function answer(body: RequestFields = chat, deadline = far()): Promise<SynchronousResult> {
    return provider.answer({ url: '/v1/chat/completions', body, tokens: 100, deadline });
  }

  function embed(texts: readonly string[], body: RequestFields = embeddings, tokens = 10): Promise<EmbeddingsResult> {
    const inputs = texts.map((text) => ({ text, tokens }));
    return provider.answerEmbeddings({ body, inputs, deadline: far() });
  }

  it('E5: an answer of chat comes with its status, request and body, and makes a result line', async () => {
    const found = answered(await answer());

    expect(found).toMatchObject({ statusCode: 200, serviceTier: 'default', requestId: expect.stringMatching(/^req_/) });
    const line = parseResultLine(writeResultLine('sync_1', 'd1', found));
    expect(line).toMatchObject({
      customId: 'd1',
      statusCode: 200,
      error: null,
      body: { object: 'chat.completion', choices: [{ message: { content: 'Dogs bark.' } }] },
    });
    const { inputTokens, outputTokens } = await billed();
    expect(usageOf(line?.body)).toEqual({ inputTokens, outputTokens });
  });

  it('E5: an answer of responses comes likewise', async () => {
    const body = { model: 'gpt-4o', input: 'Cats purr. Dogs bark. Who barks?' };

    const found = answered(await provider.answer({ url: '/v1/responses', body, tokens: 100, deadline: far() }));

    expect(JSON.parse(found.body)).toMatchObject({ object: 'response', status: 'completed', model: 'gpt-4o' });
  });

  it('E5: a body that is spread over lines makes one result line', () => {
    const body = JSON.stringify({ text: 'one\nline' }, null, 2);

    const line = writeResultLine('s', 'd', { statusCode: 200, requestId: null, body, serviceTier: null });

    expect(line.trimEnd()).not.toMatch(/[\r\n]/);
    expect(parseResultLine(line)?.body).toEqual({ text: 'one\nline' });
  });

  it('X1: a refusal of the request is an answer, and is not billed', async () => {
    const found = answered(await answer({ ...chat, temperature: 0.5 }));

    expect(found).toMatchObject({ statusCode: 400, requestId: expect.stringMatching(/^req_/), serviceTier: null });
    expect(parseResultLine(writeResultLine('s', 'd', found))).toMatchObject({
      statusCode: 400,
      body: { error: { param: 'temperature', code: 'unsupported_value', type: 'invalid_request_error' } },
    });
    expect((await billed()).requests).toBe(0);
  });

  it('X1: a refused key, and a model that the account does not have, are about the account', async () => {
    const refused = providerOf('sk-refused-1');

    const request = {
      url: '/v1/responses',
      body: { model: 'gpt-4o', input: 'x' },
      tokens: 1,
      deadline: far(),
    } as const;
    await expect(refused.answer(request)).rejects.toBeInstanceOf(AccountRefusedError);
    await expect(answer({ ...chat, model: 'gpt-99' })).rejects.toMatchObject({ refusal: { reason: 'model' } });
    await refused.close();
  });

  it('M2: a call whose answer is lost is unclear, and is not sent again', async () => {
    await faults({ on: 'synchronous', what: 'drop-answer' });

    expect(await answer()).toMatchObject({ kind: 'unclear', error: expect.any(ConnectionError) });
    expect(await embed(['a', 'b'])).toMatchObject({ kind: 'unclear', error: expect.any(ConnectionError) });
    expect((await billed()).requests).toBe(2);
  });

  it.each([500, 502, 503, 504, 408, 409])(
    'M2: a call that is answered with a doubtful status is unclear: %d',
    async (status) => {
      await faults({ on: 'synchronous', what: 'status', value: status, times: 1 });

      expect(await answer()).toMatchObject({ kind: 'unclear' });
      expect((await billed()).requests).toBe(0);
    },
  );

  /** The calls that reached the simulator while a fault of delay is set. */
  async function reached(): Promise<number> {
    const rules = (await (await fetch(`${simulator.url}/admin/faults`)).json()) as { met: number }[];
    return rules.reduce((sum, { met }) => sum + met, 0);
  }

  it('M2: a call without an answer by its deadline is unclear, though it is billed', async () => {
    await faults({ on: 'synchronous', what: 'delay', value: 300 });
    const clock = new ManualClock();
    const timed = providerOf('sk-test', clock);
    const deadline = new Date(clock.now().getTime() + 60_000);
    const result = timed.answer({ url: '/v1/chat/completions', body: chat, tokens: 1, deadline });
    await eventually('the call', async () => (await reached()) === 1);

    clock.advance(60_000);

    expect(await result).toMatchObject({ kind: 'unclear', error: expect.any(TimeoutError) });
    await eventually('it is billed', async () => (await billed()).requests === 1);
    await timed.close();
  });

  it('M2: a call is not sent after its deadline', async () => {
    await expect(answer(chat, new Date(Date.now() - 1))).rejects.toBeInstanceOf(TimeoutError);
    expect((await billed()).requests).toBe(0);
  });

  it('M2: a call that is ended while it is under way is unclear, and one that was ended before is not sent', async () => {
    await faults({ on: 'synchronous', what: 'delay', value: 300 });
    const stopping = new AbortController();
    const request = {
      url: '/v1/chat/completions',
      body: chat,
      tokens: 1,
      deadline: far(),
      signal: stopping.signal,
    } as const;
    const first = provider.answer(request);
    await eventually('the call', async () => (await reached()) === 1);

    stopping.abort();

    expect(await first).toMatchObject({ kind: 'unclear' });
    await expect(provider.answer(request)).rejects.toBeInstanceOf(Error);
    await eventually('the first is billed', async () => (await billed()).requests === 1);
  });

  it('X4: a call that is refused with 429 was not carried out and is sent again', async () => {
    await faults({ on: 'synchronous', what: 'status', value: 429, times: 2 });

    expect(answered(await answer()).statusCode).toBe(200);
    expect((await billed()).requests).toBe(1);
  });

  it('X1: a provider that cannot be reached is no unclear outcome', async () => {
    await simulator.close();

    await expect(answer()).rejects.toMatchObject({ code: 'provider.unavailable', kind: 'ConnectionError' });
    simulator = await startSimulator({ dataDir: folder });
  });

  it('E5: the tier flex is asked for in the body and comes back with the answer', async () => {
    const found = answered(await answer({ ...chat, service_tier: 'flex' }));

    expect(found.serviceTier).toBe('flex');
  });

  it('E5: a tier without resources is a refusal of its own kind, and nothing is billed', async () => {
    await faults({ on: 'synchronous', what: 'no-flex' });

    const failure = await answer({ ...chat, service_tier: 'flex' }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(TierRefusedError);
    expect(failure).toMatchObject({ status: 429, providerCode: 'resource_unavailable' });
    expect(answered(await answer()).statusCode).toBe(200);
    expect((await billed()).requests).toBe(1);
  });

  it('E5: many inputs in one call are answered as calls of their own would be, and their usage adds up to the bill', async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `${'word '.repeat(1 + (index % 7))}${index}`);
    const counted = await Promise.all(
      texts.slice(0, 20).map(async (text) => {
        const [single] = answersOf(await embed([text]));
        return { text, body: single!.body, tokens: usageOf(JSON.parse(single!.body)).inputTokens };
      }),
    );
    const before = (await billed()).inputTokens;

    const together = answersOf(await provider.answerEmbeddings({ body: embeddings, inputs: counted, deadline: far() }));
    const all = answersOf(await embed(texts));

    expect(together.map(({ body }) => body)).toEqual(counted.map(({ body }) => body));
    expect(all).toHaveLength(200);
    const shared = [...together, ...all].map(({ body }) => usageOf(JSON.parse(body)).inputTokens);
    expect(shared.reduce((sum, tokens) => sum + tokens, 0)).toBe((await billed()).inputTokens - before);
    expect((await billed()).requests).toBe(22);
  });

  it('E5: a refusal of a call with many inputs is one of the whole call', async () => {
    const result = await embed(['fine', 'word '.repeat(9_000)]);

    expect(result).toMatchObject({ kind: 'refused', answer: { statusCode: 400 } });
    expect((await billed()).requests).toBe(0);
  });

  it.each<[string, string[], number]>([
    ['no input', [], 1],
    ['2,049 inputs', Array<string>(2_049).fill('a'), 1],
    ['an empty text', ['a', ''], 1],
    ['an input of 8,193 tokens', ['a'], 8_193],
    ['300,001 tokens', Array<string>(37).fill('a'), 8_109],
  ])('E5: a call that is too large is not sent: %s', async (_, texts, tokens) => {
    await expect(embed(texts, embeddings, tokens)).rejects.toBeInstanceOf(ValidationError);
    expect((await billed()).requests).toBe(0);
  });

  describe('on a server whose responses the test decides', () => {
    const item = (index: number, embedding: number[]) => ({ object: 'embedding', index, embedding });
    const list = (data: object[], usage: object | undefined = { prompt_tokens: 7, total_tokens: 7 }) => ({
      object: 'list',
      data,
      usage,
    });

    async function respond(body: unknown): Promise<void> {
      stub = await StubServer.start((request, response) => {
        request.resume();
        respondJson(response, body);
      });
      await provider.close();
      provider = stub.provider();
    }

    it('E5: embeddings in another order are put in that of the inputs', async () => {
      await respond(list([item(1, [2]), item(0, [1])]));

      const bodies = answersOf(await embed(['a', 'b'])).map(({ body }) => JSON.parse(body) as unknown);

      expect(bodies).toEqual([
        list([item(0, [1])], { prompt_tokens: 4, total_tokens: 4 }),
        list([item(0, [2])], { prompt_tokens: 3, total_tokens: 3 }),
      ]);
    });

    it.each([
      ['one is missing', list([item(0, [1])])],
      ['one is there twice', list([item(0, [1]), item(0, [1])])],
      ['there is no list', { object: 'list' }],
    ])('M2: an answer that does not fit its inputs may be billed, so it is unclear: %s', async (_, body) => {
      await respond(body);

      expect(await embed(['a', 'b'])).toMatchObject({
        kind: 'unclear',
        error: { code: 'provider.unexpected-response' },
      });
    });

    it('M2: an answer that is cut off, or is no JSON, is unclear', async () => {
      let isWhole = false;
      stub = await StubServer.start((request, response) => {
        request.resume();
        if (isWhole) response.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
        else {
          response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 }).write('{"id":');
          setImmediate(() => response.destroy());
        }
      });
      await provider.close();
      provider = stub.provider();

      expect(await answer()).toMatchObject({ kind: 'unclear', error: { code: 'provider.cut-off' } });
      isWhole = true;
      expect(await answer()).toMatchObject({ kind: 'unclear', error: { code: 'provider.unexpected-response' } });
    });
  });
});

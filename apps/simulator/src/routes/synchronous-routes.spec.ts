import { describe, expect, it } from '@jest/globals';
import type { TestClient } from '../testing/test-client.js';
import { withSimulator } from '../testing/with-simulator.js';

interface EmbeddingsAnswer {
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] | string }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

interface ChatAnswer {
  readonly choices: readonly {
    readonly message: { readonly content: string | null; readonly refusal: string | null };
    readonly finish_reason: string;
  }[];
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

const model = 'text-embedding-3-small';

function embed(client: TestClient, body: object): Promise<EmbeddingsAnswer> {
  return client.post<EmbeddingsAnswer>('/v1/embeddings', { model, ...body });
}

function refused(client: TestClient, body: object): ReturnType<TestClient['refusal']> {
  return client.refusal(client.send('POST', '/v1/embeddings', { model, ...body }));
}

function chat(client: TestClient, content: string, more: object = {}): Promise<ChatAnswer> {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content },
  ];
  return client.post<ChatAnswer>('/v1/chat/completions', { model: 'gpt-4o-mini', messages, ...more });
}

describe('synchronous endpoints', () => {
  it('E2: vectors have the model’s length or the requested length, as decimals or base64', async () => {
    await withSimulator({}, async (client) => {
      const usual = await embed(client, { input: 'hello' });
      const large = await embed(client, { input: ['hello', 'world'], model: 'text-embedding-3-large' });
      const short = await embed(client, { input: 'hello', dimensions: 256, encoding_format: 'base64' });

      expect(usual.data[0]?.embedding).toHaveLength(1536);
      expect(large.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
        [0, 3072],
        [1, 3072],
      ]);
      expect(Buffer.from(String(short.data[0]?.embedding), 'base64')).toHaveLength(256 * 4);
      expect(usual.usage).toEqual({ prompt_tokens: 1, total_tokens: 1 });
    });
  });

  it('tokens in place of a text give the vector of the text', async () => {
    await withSimulator({}, async (client) => {
      const [text, tokens] = await Promise.all([
        embed(client, { input: 'hello world', dimensions: 8 }),
        embed(client, { input: [[15339, 1917]], dimensions: 8 }),
      ]);

      expect(tokens.data[0]?.embedding).toEqual(text.data[0]?.embedding);
    });
  });

  it('each limit of an embeddings request is refused with 400 and its parameter', async () => {
    const limits = { maxInputsPerRequest: 3, maxTokensPerInput: 10, maxTokensPerRequest: 15 };
    await withSimulator({ limits }, async (client) => {
      const tenWords = 'one two three four five six seven eight nine ten';

      expect(await refused(client, { input: '' })).toMatchObject({ status: 400, param: 'input' });
      expect(await refused(client, { input: ['fine', ''] })).toMatchObject({ status: 400, param: 'input' });
      expect(await refused(client, { input: [] })).toMatchObject({ status: 400, param: 'input' });
      expect(await refused(client, { input: 7 })).toMatchObject({ status: 400, param: 'input' });
      expect(await refused(client, { input: ['a', 'b', 'c', 'd'] })).toMatchObject({ status: 400, param: 'input' });
      expect((await refused(client, { input: `${tenWords} eleven` })).message).toMatch(
        /maximum context length is 10 tokens/,
      );
      expect(await refused(client, { input: [tenWords, tenWords] })).toMatchObject({ code: 'max_tokens_per_request' });
      expect(await refused(client, { input: 'a', dimensions: 1537 })).toMatchObject({
        status: 400,
        param: 'dimensions',
      });
      expect(await refused(client, { input: 'a', encoding_format: 'hex' })).toMatchObject({ param: 'encoding_format' });
      const ada = { model: 'text-embedding-ada-002', input: 'a', dimensions: 5 };
      expect((await refused(client, ada)).message).toBe('This model does not support specifying dimensions.');
      expect((await client.ledger()).synchronous.requests).toBe(0);
    });
  });

  it('an unknown model is a 404, one of the wrong kind too, streaming a 400', async () => {
    await withSimulator({}, async (client) => {
      expect(await refused(client, { model: 'gpt-99', input: 'a' })).toMatchObject({
        status: 404,
        code: 'model_not_found',
      });
      expect(await refused(client, { model: 'gpt-4o', input: 'a' })).toMatchObject({ status: 404 });
      expect(await refused(client, { model: undefined, input: 'a' })).toMatchObject({ status: 400, param: 'model' });
      expect(await refused(client, { input: 'a', stream: true })).toMatchObject({ status: 400, param: 'stream' });
    });
  });

  it('a chat answer comes from the input and is always the same', async () => {
    await withSimulator({}, async (client) => {
      const prompt = 'The mill stands in Delft. It grinds mustard. What does the mill grind?';

      const [first, second] = [await chat(client, prompt), await chat(client, prompt, { n: 2 })];

      expect(first.choices[0]).toMatchObject({ message: { content: 'It grinds mustard.' }, finish_reason: 'stop' });
      expect(second.choices.map(({ message }) => message.content)).toEqual([
        'It grinds mustard.',
        'It grinds mustard.',
      ]);
      expect(first.usage.prompt_tokens).toBeGreaterThan(15);
    });
  });

  it.each(['max_tokens', 'max_completion_tokens'])('an answer ends at %s with finish_reason length', async (name) => {
    await withSimulator({}, async (client) => {
      const answer = await chat(client, 'one two three four five six seven eight nine', { [name]: 4 });

      expect(answer.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'one two three four' } });
      expect(answer.usage.completion_tokens).toBe(4);
    });
  });

  it('I5: an answer matches the requested JSON schema', async () => {
    await withSimulator({}, async (client) => {
      const schema = {
        type: 'object',
        properties: {
          topics: { type: 'array', items: { type: 'string' }, minItems: 1 },
          mood: { type: 'string', enum: ['calm'] },
        },
        required: ['topics', 'mood'],
        additionalProperties: false,
      };
      const asked = { type: 'json_schema', json_schema: { name: 'topics', strict: true, schema } };

      const answer = await chat(client, 'Water is wet. Fire is hot.', { response_format: asked });
      const object = await chat(client, 'Water is wet.', { response_format: { type: 'json_object' } });
      const nameless = {
        response_format: { type: 'json_schema', json_schema: { schema } },
        model: 'gpt-4o',
        messages: [{ role: 'user', content: 'x' }],
      };

      const value = JSON.parse(answer.choices[0]!.message.content!) as { topics: string[] };
      expect(value).toMatchObject({ mood: 'calm' });
      expect('Water is wet. Fire is hot.').toContain(value.topics[0]);
      expect(JSON.parse(object.choices[0]!.message.content!)).toEqual({ answer: 'Water is wet.' });
      expect((await client.send('POST', '/v1/chat/completions', nameless)).status).toBe(400);
    });
  });

  it('the responses endpoint answers likewise, in its own format', async () => {
    await withSimulator({}, async (client) => {
      const input = [{ role: 'user', content: [{ type: 'input_text', text: 'Cats purr. Dogs bark. Who barks?' }] }];
      const text = {
        format: { type: 'json_schema', name: 'x', schema: { type: 'object', properties: { a: { type: 'integer' } } } },
      };

      const plain = await client.post('/v1/responses', { model: 'gpt-4o', input, instructions: 'Be kind.' });
      const cut = await client.post('/v1/responses', { model: 'gpt-4o', input: 'a b c d e', max_output_tokens: 2 });
      const formed = await client.post('/v1/responses', { model: 'gpt-4o', input: 'a b c', text });
      const missing = await client.refusal(client.send('POST', '/v1/responses', { model: 'gpt-4o' }));

      expect(plain).toMatchObject({
        object: 'response',
        status: 'completed',
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Dogs bark.' }] }],
        usage: { output_tokens: 3 },
      });
      expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
      const [message] = formed['output'] as { content: { text: string }[] }[];
      expect(Object.keys(JSON.parse(message!.content[0]!.text) as object)).toEqual(['a']);
      expect(missing).toMatchObject({ status: 400, param: 'input' });
    });
  });

  it('M1: what was answered is billed at the full price', async () => {
    await withSimulator({}, async (client) => {
      const answer = await embed(client, { input: 'hello world, this is billed' });

      const { synchronous, usd, requests } = await client.ledger();

      expect(synchronous).toMatchObject({ requests: 1, inputTokens: answer.usage.prompt_tokens, outputTokens: 0 });
      expect(usd).toBeCloseTo((answer.usage.prompt_tokens * 0.02) / 1e6, 12);
      expect(requests).toBe(1);
    });
  });
});

import { chat, definePipeline, planRun, renderRequests, responses, type PipelineDefinition } from '@batchmill/pipeline';
import { startSimulator, type Simulator } from '@batchmill/simulator';
import { KnownPipelines } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const texts = [
  'The mill turns.',
  '  two  spaces,\n\tindented\r\n\r\nand  lines \n ;',
  'Übergröße, 東京の 🚀, e\u0301, <|endoftext|>',
  '{"a": [1, 2, {"b": null}]}\n\n// twice\n/',
  'A letter of some length, again and again, with a number: 1234567. '.repeat(60),
  Buffer.from('one long run without a space, as of a picture. '.repeat(80)).toString('base64'),
  `${'漢字'.repeat(700)}\n${'=-'.repeat(800)} ${' '.repeat(1_300)} ${'👍'.repeat(400)}`,
];

const schema = {
  type: 'object',
  properties: { topics: { type: 'array', items: { type: 'string', description: 'One topic, in a word or two.' } } },
  required: ['topics'],
  additionalProperties: false,
};
const tool = { name: 'look_up', description: 'Looks a name up.', parameters: schema, strict: true };
const user = 'Summarise the following text:\n{{ text }}';
const system = 'You are terse. {{ text | slice: 0, 5 }}';
const mini = { model: 'gpt-4o-mini', user } as const;

const functions = {
  'a user prompt': chat({ name: 'f', ...mini }),
  'a system prompt': chat({ name: 'f', ...mini, model: 'gpt-4.1-nano', system }),
  'a model that reasons': chat({ name: 'f', ...mini, model: 'gpt-5-mini', system }),
  'a schema': chat({ name: 'f', ...mini, responseFormat: schema }),
  'a format without a schema': chat({ name: 'f', ...mini, body: { response_format: { type: 'json_object' } } }),
  'a format of the body': chat({
    name: 'f',
    ...mini,
    body: {
      response_format: { type: 'json_schema', json_schema: { name: 'n', description: 'What it is about.', schema } },
    },
  }),
  tools: chat({ name: 'f', ...mini, body: { tools: [{ type: 'function', function: tool }], tool_choice: 'auto' } }),
  'no tools': chat({ name: 'f', ...mini, body: { tools: [] } }),
  'functions of the older form': chat({ name: 'f', ...mini, body: { functions: [tool] } }),
  'a response': responses({ name: 'f', ...mini, system }),
  'a response with a schema': responses({
    name: 'f',
    ...mini,
    responseFormat: schema,
    body: { text: { verbosity: 'low' } },
  }),
  'a response with tools': responses({ name: 'f', ...mini, body: { tools: [{ type: 'function', ...tool }] } }),
} as const;

describe('the tokens of a request', () => {
  let folder: string;
  let simulator: Simulator;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-tokens-'));
    simulator = await startSimulator({ dataDir: folder });
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  /** What the line counts of each text, and what the simulator bills. */
  async function countedAndBilled(definition: PipelineDefinition): Promise<{ counted: number[]; billed: number[] }> {
    const endpoint = definition.embeddings === undefined ? 'inference' : 'embeddings';
    const plan = planRun(new KnownPipelines([definition]).get(definition.name), { endpoint });
    const counted: number[] = [];
    const billed: number[] = [];
    for (const text of texts) {
      const { requests, failures } = await renderRequests(plan, { _id: '1', text }, plan.functions);
      expect(failures).toEqual([]);
      for (const { url, body, inputTokens } of requests) {
        const response = await fetch(simulator.url + url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
          body: JSON.stringify(body),
        });
        const { usage, error } = (await response.json()) as {
          usage?: { prompt_tokens?: number; input_tokens?: number };
          error?: unknown;
        };
        expect(error ?? null).toBeNull();
        counted.push(inputTokens);
        billed.push(usage?.prompt_tokens ?? usage?.input_tokens ?? NaN);
      }
    }
    return { counted, billed };
  }

  it.each(Object.keys(functions) as (keyof typeof functions)[])(
    'M3: is the same as the simulator bills, token by token: %s',
    async (name) => {
      const definition = definePipeline({
        name: 'counted',
        source: { collection: 'notes' },
        inference: { functions: [functions[name]] },
      });

      const { counted, billed } = await countedAndBilled(definition);

      expect(counted).toHaveLength(texts.length);
      expect(counted).toEqual(billed);
    },
  );

  it('M3: is the same as the simulator bills, token by token, of texts to embed', async () => {
    const definition = definePipeline({
      name: 'counted',
      source: { collection: 'notes' },
      embeddings: { model: 'text-embedding-3-small', text: 'text', vectors: { collection: 'notes' } },
    });

    const { counted, billed } = await countedAndBilled(definition);

    expect(counted).toHaveLength(texts.length);
    expect(counted).toEqual(billed);
  });
});

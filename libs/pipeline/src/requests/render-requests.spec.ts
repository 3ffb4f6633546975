import { describe, expect, it } from '@jest/globals';
import { chat, responses, type PromptFunctionDefinition } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import { aPipeline, checked, defaults, embeddingsOf } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';

function planOf(definition: Parameters<typeof aPipeline>[0], parameters = {}): RunPlan {
  return planRun(aPipeline(definition), { parameters });
}

describe('renderRequests', () => {
  it('I2: requests a chat completion with both prompts', async () => {
    const functions = [
      chat({ name: 'summary', model: 'gpt-4o', system: 'Summarize the following text:', user: '{{ text_content }}' }),
    ];

    const { requests } = await renderRequests(planOf({ inference: { functions } }), { text_content: 'Long ago.' }, [
      'summary',
    ]);

    expect(requests).toEqual([
      {
        function: 'summary',
        model: 'gpt-4o',
        baseModel: 'gpt-4o',
        url: '/v1/chat/completions',
        body: {
          model: 'gpt-4o',
          messages: [
            { role: 'system', content: 'Summarize the following text:' },
            { role: 'user', content: 'Long ago.' },
          ],
          temperature: 0.1,
          max_tokens: 500,
        },
        inputs: 0,
        inputTokens: 21,
        maxOutputTokens: 500,
      },
    ]);
  });

  describe('C2: a response template with a variable that will be missing', () => {
    const rendered = async (options: object): Promise<unknown> => {
      const functions = [chat({ name: 'f', user: '{{ text }}', ...options })];
      return renderRequests(planOf({ inference: { functions } }), { text: 'x' }, ['f']);
    };
    const misspelt = { $set: { text: '{{response_contnet}}' } };

    it('fails its document before the request is sent', async () => {
      expect(await rendered({ responseTemplate: misspelt })).toMatchObject({
        requests: [],
        failures: [
          {
            function: 'f',
            error: {
              code: 'template.missing-value',
              message: expect.stringContaining(
                'response template, line 1: the document has no value for "response_contnet"',
              ),
            },
          },
        ],
      });
    });

    it.each([
      [
        'all its variables exist',
        { responseTemplate: { $set: { text: '{{response_content}} on {{text}}, {{model}}' } } },
      ],
      ['a processor may return it', { responseTemplate: misspelt, process: () => 1 }],
      ['a condition may skip it', { responseTemplate: { $set: { text: '{% if none %}{{none}}{% endif %}x' } } }],
      [
        'it splits the answer',
        { responseTemplate: { $set: { t: '{{ response_content | split: "|" | slice: 1 | first }}' } } },
      ],
      ['the update contains a bigint', { responseTemplate: { $set: { v: 5n, text: '{{response_content}}' } } }],
      ['it has a default', { responseTemplate: { $set: { text: '{{none | default: "x"}}' } } }],
    ])('is not reported where %s', async (_, options) => {
      expect(await rendered(options)).toMatchObject({ requests: [{ function: 'f' }], failures: [] });
    });
  });

  it('I2: requests a response', async () => {
    const functions = [responses({ name: 'f', system: 'Be brief.', user: '{{ text }}', maxTokens: 50 })];

    const { requests } = await renderRequests(planOf({ inference: { functions } }), { text: 'x' }, ['f']);

    expect(requests[0]).toMatchObject({
      url: '/v1/responses',
      body: { model: 'gpt-4o-mini', instructions: 'Be brief.', input: 'x', temperature: 0.1, max_output_tokens: 50 },
    });
  });

  it('I5: requests JSON of a schema', async () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    const functions = [
      chat({ name: 'one', user: 'x', responseFormat: schema }),
      responses({ name: 'two', user: 'x', responseFormat: schema }),
    ];

    const { requests } = await renderRequests(planOf({ inference: { functions } }), {}, ['one', 'two']);

    expect(requests[0]?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'one', strict: true, schema } },
    });
    expect(requests[1]?.body).toMatchObject({
      text: { format: { type: 'json_schema', name: 'two', strict: true, schema } },
    });
  });

  it('a reasoning model gets no temperature', async () => {
    const bodyFor = async (model: string): Promise<object> => {
      const plan = planOf({ inference: { functions: [chat({ name: 'f', model, user: 'x' })] } });
      return (await renderRequests(plan, {}, ['f'])).requests[0]!.body;
    };

    expect(await bodyFor('gpt-5-mini')).toEqual({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'x' }],
      max_completion_tokens: 500,
    });
    expect(await bodyFor('o3')).not.toHaveProperty('temperature');
    expect(await bodyFor('gpt-5-chat-latest')).toHaveProperty('temperature', 0.1);
    expect(await bodyFor('gpt-4.1')).toHaveProperty('max_tokens', 500);
  });

  describe('which fields are sent', () => {
    const fieldsOf = async (definition: PromptFunctionDefinition, settings = defaults): Promise<object> => {
      const source = { collection: 'blocks' };
      const pipeline = checked({ name: 'a-pipeline', source, inference: { functions: [definition] } }, {}, settings);
      const { requests } = await renderRequests(planRun(pipeline, {}), {}, ['f']);
      const own = ['model', 'messages', 'input'];
      return Object.fromEntries(Object.entries(requests[0]!.body).filter(([field]) => !own.includes(field)));
    };
    const asked = { name: 'f', user: 'x' };

    it('a name of a deployment stands for the model that the function or the setting says', async () => {
      const settings = { ...defaults, baseModels: { 'my-reasoner': 'o3-mini' } };

      expect(await fieldsOf(chat({ ...asked, model: 'my-reasoner' }))).toEqual({ temperature: 0.1, max_tokens: 500 });
      expect(await fieldsOf(chat({ ...asked, model: 'my-reasoner', baseModel: 'gpt-5' }))).toEqual({
        max_completion_tokens: 500,
      });
      expect(await fieldsOf(chat({ ...asked, model: 'my-reasoner' }), settings)).toEqual({
        max_completion_tokens: 500,
      });
      expect(await fieldsOf(chat({ ...asked, model: 'my-reasoner', baseModel: 'gpt-4o' }), settings)).toEqual({
        temperature: 0.1,
        max_tokens: 500,
      });
    });

    it('a function decides itself on the name of its limit and on its temperature', async () => {
      expect(
        await fieldsOf(chat({ ...asked, model: 'own', tokenLimitField: 'max_completion_tokens', temperature: null })),
      ).toEqual({
        max_completion_tokens: 500,
      });
      expect(
        await fieldsOf(chat({ ...asked, model: 'gpt-5.1', body: { reasoning_effort: 'none', temperature: 0.3 } })),
      ).toEqual({
        max_completion_tokens: 500,
        reasoning_effort: 'none',
        temperature: 0.3,
      });
    });

    it('further fields are sent as they are, and text keeps its verbosity beside the format', async () => {
      const schema = { type: 'object', properties: {}, required: [], additionalProperties: false };

      expect(
        await fieldsOf(
          chat({ ...asked, model: 'gpt-5', body: { verbosity: 'low', seed: 7, n: 1, tools: [{ type: 'x' }] } }),
        ),
      ).toEqual({
        max_completion_tokens: 500,
        verbosity: 'low',
        seed: 7,
        n: 1,
        tools: [{ type: 'x' }],
      });
      const body = { text: { verbosity: 'low' }, reasoning: { effort: 'minimal' } };
      expect(await fieldsOf(responses({ ...asked, model: 'gpt-5', body, responseFormat: schema }))).toEqual({
        max_output_tokens: 500,
        reasoning: { effort: 'minimal' },
        text: { verbosity: 'low', format: { type: 'json_schema', name: 'f', strict: true, schema } },
      });
    });

    it('tools count as part of the prompt', async () => {
      const tokensOf = async (body: object): Promise<number> => {
        const plan = planOf({ inference: { functions: [chat({ name: 'f', user: 'x', body: { ...body } })] } });
        return (await renderRequests(plan, {}, ['f'])).requests[0]!.inputTokens;
      };
      const tools = [
        { type: 'function', function: { name: 'look_up', description: 'Looks up a word in a dictionary.' } },
      ];

      expect((await tokensOf({ tools })) - (await tokensOf({ seed: 7 }))).toBeGreaterThan(15);
    });
  });

  it('I3: renders one request per requested function', async () => {
    const plan = planOf({
      parameters: { questions: { type: 'string[]', default: ['Why?', 'When?'] } },
      inference: {
        functions: [
          chat({ name: 'summary', user: 'x' }),
          chat({ name: 'qa', forEach: 'questions', user: '{{ index }}: {{ question }} {{ item }} {{ text }}' }),
        ],
      },
    });

    const all = await renderRequests(plan, { text: 'T' }, plan.functions);
    const one = await renderRequests(plan, { text: 'T' }, ['qa_1']);

    expect(all.requests.map((request) => request.function)).toEqual(['summary', 'qa_0', 'qa_1']);
    expect(one.requests[0]?.body['messages']).toEqual([{ role: 'user', content: '1: When? When? T' }]);
  });

  it('a function that the run does not have is an error of the run, not of the document', async () => {
    await expect(renderRequests(planOf({ embeddings: embeddingsOf() }), {}, ['summary'])).rejects.toThrow(
      expect.objectContaining({ kind: 'ProcessingError', code: 'run.function-not-planned' }),
    );
  });

  it('a function that cannot be rendered does not affect the others', async () => {
    const functions = [chat({ name: 'one', user: '{{ missing }}' }), chat({ name: 'two', user: 'x' })];

    const { requests, failures } = await renderRequests(planOf({ inference: { functions } }), {}, ['one', 'two']);

    expect(requests.map((request) => request.function)).toEqual(['two']);
    expect(failures.map((failure) => failure.function)).toEqual(['one']);
  });
});

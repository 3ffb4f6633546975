import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { chat } from '../definition/chat.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import type { SourceDocument } from '../definition/source-document.js';
import { responses } from '../definition/responses.js';
import { planRun } from '../plan/plan-run.js';
import type { RunPlan } from '../plan/run-plan.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { renderRequests } from './render-requests.js';
import type { Rendering } from './rendered-request.js';

function planOf(definition: Parameters<typeof aPipeline>[0], parameters = {}): RunPlan {
  return planRun(aPipeline(definition), { parameters });
}

function embed(document: SourceDocument, embeddings: Partial<PipelineDefinition['embeddings']> = {}): Rendering {
  return renderRequests(planOf({ embeddings: { ...embeddingsOf(), ...embeddings } }), document, ['embeddings']);
}

function ask(user: string, document: SourceDocument, source: Partial<PipelineDefinition['source']> = {}): Rendering {
  const plan = planOf({
    source: { collection: 'c', ...source },
    inference: { functions: [chat({ name: 'f', user })] },
  });
  return renderRequests(plan, document, ['f']);
}

function promptOf({ requests, failures }: Rendering): unknown {
  expect(failures).toEqual([]);
  const messages = requests[0]?.body['messages'] as { content: unknown }[];
  return messages.at(-1)?.content;
}

describe('renderRequests for embeddings', () => {
  it('E2: asks for the text with model and dimensions, in base64', () => {
    const { requests, failures } = embed({ text_content: 'Hello world' }, { dimensions: 256 });

    expect(failures).toEqual([]);
    expect(requests).toEqual([
      {
        function: 'embeddings',
        model: 'text-embedding-3-small',
        url: '/v1/embeddings',
        body: { model: 'text-embedding-3-small', input: 'Hello world', dimensions: 256, encoding_format: 'base64' },
        inputs: 1,
        inputTokens: 2,
        maxOutputTokens: 0,
      },
    ]);
  });

  it('does not send dimensions to a model that cannot be shortened', () => {
    const { requests } = embed({ text_content: 'Hello' }, { model: 'text-embedding-ada-002' });

    expect(requests[0]?.body).toEqual({ model: 'text-embedding-ada-002', input: 'Hello', encoding_format: 'base64' });
  });

  it('reads the text at a dotted path', () => {
    expect(embed({ content: { text: 'deep' } }, { text: 'content.text' }).requests[0]?.body['input']).toBe('deep');
  });

  it.each<[string, SourceDocument, string, string]>([
    ['without the text field', { other: 1 }, 'document.text-missing', 'has no field "text_content"'],
    ['with null for text', { text_content: null }, 'document.text-missing', 'has no field'],
    ['with a number for text', { text_content: 5 }, 'document.text-not-text', 'holds a number, wanted text'],
    ['with a list for text', { text_content: ['secret'] }, 'document.text-not-text', 'holds a list'],
    ['with an empty text', { text_content: '' }, 'document.text-empty', 'holds no text'],
    ['with white space only', { text_content: ' \n\t' }, 'document.text-empty', 'holds no text'],
  ])('X1: a document %s is that document’s failure', (_, document, code, message) => {
    expect(embed(document)).toEqual({
      requests: [],
      failures: [
        { function: 'embeddings', error: { kind: 'ValidationError', code, message: expect.stringContaining(message) } },
      ],
    });
  });

  it('a text that spells a special token is text', () => {
    const { requests, failures } = embed({ text_content: 'before <|endoftext|> after' });

    expect(failures).toEqual([]);
    expect(requests[0]).toMatchObject({ body: { input: 'before <|endoftext|> after' }, inputTokens: 8 });
  });

  it('a text of 9,000 tokens fails, or is cut where the pipeline says so', () => {
    const text = 'word '.repeat(9000);

    const failing = embed({ text_content: text });
    const cut = embed({ text_content: text }, { tooLong: 'truncate' });

    expect(failing.requests).toEqual([]);
    expect(failing.failures[0]?.error).toMatchObject({
      code: 'document.text-too-long',
      message: expect.stringContaining('9001 tokens'),
    });
    expect(cut.failures).toEqual([]);
    expect(cut.requests[0]?.inputTokens).toBe(8192);
    expect(text.startsWith(String(cut.requests[0]?.body['input']))).toBe(true);
  });

  it('a text of 8,192 tokens is not too long', () => {
    expect(embed({ text_content: 'word'.concat(' word'.repeat(8191)) }).requests[0]?.inputTokens).toBe(8192);
  });
});

describe('renderRequests for prompts', () => {
  it('I2: asks on /v1/chat/completions with both prompts', () => {
    const functions = [
      chat({ name: 'summary', model: 'gpt-4o', system: 'Summarize the following text:', user: '{{ text_content }}' }),
    ];

    const { requests } = renderRequests(planOf({ inference: { functions } }), { text_content: 'Long ago.' }, [
      'summary',
    ]);

    expect(requests).toEqual([
      {
        function: 'summary',
        model: 'gpt-4o',
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

  it('I2: asks on /v1/responses', () => {
    const functions = [responses({ name: 'f', system: 'Be brief.', user: '{{ text }}', maxTokens: 50 })];

    const { requests } = renderRequests(planOf({ inference: { functions } }), { text: 'x' }, ['f']);

    expect(requests[0]).toMatchObject({
      url: '/v1/responses',
      body: { model: 'gpt-4o-mini', instructions: 'Be brief.', input: 'x', temperature: 0.1, max_output_tokens: 50 },
    });
  });

  it('I5: asks for JSON of a schema', () => {
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

    const { requests } = renderRequests(planOf({ inference: { functions } }), {}, ['one', 'two']);

    expect(requests[0]?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'one', strict: true, schema } },
    });
    expect(requests[1]?.body).toMatchObject({
      text: { format: { type: 'json_schema', name: 'two', strict: true, schema } },
    });
  });

  it('a model that reasons is sent no temperature', () => {
    const bodyFor = (model: string): object =>
      renderRequests(planOf({ inference: { functions: [chat({ name: 'f', model, user: 'x' })] } }), {}, ['f'])
        .requests[0]!.body;

    expect(bodyFor('gpt-5-mini')).toEqual({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'x' }],
      max_completion_tokens: 500,
    });
    expect(bodyFor('o3')).not.toHaveProperty('temperature');
    expect(bodyFor('gpt-5-chat-latest')).toHaveProperty('temperature', 0.1);
    expect(bodyFor('gpt-4.1')).toHaveProperty('max_tokens', 500);
  });

  it('I3: one request per function, each told apart, only those asked for', () => {
    const plan = planOf({
      parameters: { questions: { type: 'string[]', default: ['Why?', 'When?'] } },
      inference: {
        functions: [
          chat({ name: 'summary', user: 'x' }),
          chat({ name: 'qa', forEach: 'questions', user: '{{ index }}: {{ question }} {{ item }} {{ text }}' }),
        ],
      },
    });

    const all = renderRequests(plan, { text: 'T' }, plan.functions);
    const one = renderRequests(plan, { text: 'T' }, ['qa_1']);

    expect(all.requests.map((request) => request.function)).toEqual(['summary', 'qa_0', 'qa_1']);
    expect(promptOf(one)).toBe('1: When? When? T');
  });

  it('a function that is none of the run’s is an error of the work, not of the document', () => {
    expect(() => renderRequests(planOf({ embeddings: embeddingsOf() }), {}, ['summary'])).toThrow(
      expect.objectContaining({ kind: 'ProcessingError', code: 'run.function-not-planned' }),
    );
  });

  it('C3: the field map reaches into the document, and preprocess functions see what is there', () => {
    const seen: unknown[] = [];
    const source = {
      fieldMap: { patient_name: 'details.first_name', visit: 'visits.0.date', doctor: 'medical.doctor' },
      preprocessFunctions: {
        patient_name: (value: unknown) => String(value).trim(),
        doctor: (value: unknown) => seen.push(value),
      },
    };
    const document = { details: { first_name: ' Ann ' }, visits: [{ date: new Date(0) }] };

    const rendered = ask('{{ patient_name }}, {{ visit }}, {{ doctor | default: "nobody" }}', document, source);

    expect(promptOf(rendered)).toBe('Ann, 1970-01-01T00:00:00.000Z, nobody');
    expect(seen).toEqual([]);
  });

  it('C4: templates see fields, the whole document and the run’s parameters', () => {
    const plan = planOf(
      {
        parameters: { tone: 'string' },
        inference: {
          functions: [
            chat({ name: 'f', user: '{{ tone }} {{ name }} {{ document.name }} {{ tags }} {{ _id }} {{ more }}' }),
          ],
        },
      },
      { tone: 'kind' },
    );
    const document = { _id: new ObjectId('0123456789abcdef01234567'), name: 'N', tags: ['a', 'b'], more: { k: [1] } };

    const rendered = renderRequests(plan, document, ['f']);

    expect(promptOf(rendered)).toBe('kind N N a, b 0123456789abcdef01234567 {"k":[1]}');
  });

  it('C4: a loop over a list of the document', () => {
    const rendered = ask('{% for v in visits %}{{ v.at }};{% endfor %}', { visits: [{ at: 1 }, { at: 2 }] });

    expect(promptOf(rendered)).toBe('1;2;');
  });

  it('X1: a variable that the document does not have is a TemplateError of that document, with the line', () => {
    expect(ask('Hello\n{{ patient.name }}', { patient: { secret: 'TB' } }).failures).toEqual([
      {
        function: 'f',
        error: {
          kind: 'TemplateError',
          code: 'template.missing-value',
          message:
            'Function f, user prompt, line 2: the document has no value for "patient.name"; ' +
            'give it one, map it with fieldMap, or write {{ patient.name | default: "" }}',
        },
      },
    ]);
  });

  it('one function that cannot be rendered does not stop the others', () => {
    const functions = [chat({ name: 'one', user: '{{ missing }}' }), chat({ name: 'two', user: 'x' })];

    const { requests, failures } = renderRequests(planOf({ inference: { functions } }), {}, ['one', 'two']);

    expect(requests.map((request) => request.function)).toEqual(['two']);
    expect(failures.map((failure) => failure.function)).toEqual(['one']);
  });

  it('a prompt that renders to nothing is a failure', () => {
    expect(ask('{{ text }}', { text: ' ' }).failures[0]?.error.code).toBe('template.empty');
  });

  it('what a preprocess function says about a document is not told', () => {
    const source = {
      fieldMap: { a: 'a' },
      preprocessFunctions: {
        a: (value: unknown) => {
          throw new RangeError(`bad value ${String(value)}`);
        },
      },
    };

    expect(ask('{{ a }}', { a: 'secret' }, source).failures[0]?.error).toEqual({
      kind: 'ProcessingError',
      code: 'preprocess.failed',
      message: 'The preprocess function of "a" threw a RangeError',
    });
  });

  it('what is written in a document is never run as a template', () => {
    expect(promptOf(ask('{{ text }}', { text: '{{ document | json }} {% if %}' }))).toBe(
      '{{ document | json }} {% if %}',
    );
  });

  it('prototypes are not reached', () => {
    expect(ask('{{ text.constructor }}', { text: {} }).failures[0]?.error.code).toBe('template.missing-value');
  });

  it('a template that would run for ever is stopped', () => {
    const rendered = ask('{% for i in (1..100000000) %}{{ i }}{% endfor %}', {});

    expect(rendered.failures[0]?.error.code).toBe('template.failed');
  });
});

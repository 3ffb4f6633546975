import type { SourceDocument } from '@batchmill/documents';
import type { Answer } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { ObjectId } from 'bson';
import { chat } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { responseUpdate } from './response-update.js';

const usage = { inputTokens: 12, outputTokens: 3 };
const at = { now: new Date('2025-03-01T10:00:00Z'), runId: 'run-1' };
const document: SourceDocument = { _id: new ObjectId('64af0123456789abcdef0123'), company: 'JKHY', visits: 3 };
const answerOf = (text: string, parsed?: unknown): Answer => ({
  kind: 'text',
  text,
  body: { choices: [{ message: { content: text } }] },
  ...(parsed === undefined ? {} : { parsed }),
});

type Options = Omit<Parameters<typeof chat>[0], 'name' | 'user'>;

async function updateOf(
  options: Options,
  { answer = answerOf('Short.'), of = document, others = [] as ReturnType<typeof chat>[], batch = {} } = {},
): Promise<unknown> {
  const functions = [chat({ name: 'summary', user: 'x', ...options }), ...others];
  const plan = planRun(aPipeline({ inference: { functions }, batch }), { functions: ['summary'] });
  const result = await responseUpdate(plan, 'summary', { answer, usage }, of, at);
  return 'update' in result ? result.update : result.error;
}

describe('responseUpdate', () => {
  it('C2: the default template pushes the answer and the date', async () => {
    expect(await updateOf({})).toEqual({
      $push: { event_response: { talking_points: 'Short.', created_date: at.now } },
    });
  });

  it('C2: the fields of the default template are configurable', async () => {
    const options = { responseField: 'ai.answers', responseDateField: 'at', responseContentField: 'text' };

    expect(await updateOf(options)).toEqual({ $push: { 'ai.answers': { text: 'Short.', at: at.now } } });
  });

  it('I3: with several functions each answer has the name of its function', async () => {
    expect(await updateOf({}, { others: [chat({ name: 'topics', user: 'x' })] })).toEqual({
      $push: { event_response: { function: 'summary', talking_points: 'Short.', created_date: at.now } },
    });
  });

  it('I5: the parsed JSON of a response format is written as JSON', async () => {
    expect(await updateOf({}, { answer: answerOf('{"a":[1]}', { a: [1] }) })).toMatchObject({
      $push: { event_response: { talking_points: { a: [1] } } },
    });
  });

  it('C2: a variable that is the whole value keeps its type, inside a text it becomes text', async () => {
    const responseTemplate = {
      $set: {
        id: '{{_id}}',
        visits: '{{ visits }}',
        at: '{{current_date}}',
        text: '{{company}} on {{current_date}}: {{ visits }}',
        run: '{{run_id}} {{model}} {{function}}',
        list: ['{{visits}}', { deep: '{{response_content}}' }, 7, null],
        plain: 'as it is',
      },
      $inc: { answers: 1 },
    };

    expect(await updateOf({ responseTemplate })).toEqual({
      $set: {
        id: document['_id'],
        visits: 3,
        at: at.now,
        text: 'JKHY on 2025-03-01T10:00:00.000Z: 3',
        run: 'run-1 gpt-4o-mini summary',
        list: [3, { deep: 'Short.' }, 7, null],
        plain: 'as it is',
      },
      $inc: { answers: 1 },
    });
  });

  it('C5: the processor gets body and document; its content field is the content, its other keys are variables', async () => {
    const options: Options = {
      process: (response, from) => ({
        talking_points: (response.choices[0]?.message.content ?? '').split('.'),
        patient_type: from['patient_type'] ?? 'ip',
        company: 'overridden',
      }),
      responseTemplate: { $push: { r: { c: '{{response_content}}', t: '{{patient_type}}', w: '{{company}}' } } },
    };

    expect(await updateOf(options, { answer: answerOf('a.b') })).toEqual({
      $push: { r: { c: ['a', 'b'], t: 'ip', w: 'overridden' } },
    });
  });

  it('C2: a processor finds a text where a chat completion has it, whatever form the server gave the content', async () => {
    const readText = (response: { choices: { message: { content: unknown } }[] }): unknown =>
      response.choices[0]?.message.content;
    const choices = [
      { message: { role: 'assistant', content: [{ type: 'text', text: 'Short.' }] } },
      { text: 'Short.', finish_reason: 'stop' },
      { message: { content: 'Short.' } },
    ];

    for (const choice of choices) {
      const answer: Answer = { kind: 'text', text: 'Short.', body: { choices: [choice] } };
      expect(await updateOf({ process: readText as never }, { answer })).toMatchObject({
        $push: { event_response: { talking_points: 'Short.' } },
      });
    }
  });

  it('C5: a processor may be asynchronous and return only the content', async () => {
    expect(await updateOf({ process: async () => ['x'] })).toMatchObject({
      $push: { event_response: { talking_points: ['x'] } },
    });
  });

  it('C5: the answer is the content when the processor returns no content field', async () => {
    expect(await updateOf({ process: () => ({ other: 1 }) })).toMatchObject({
      $push: { event_response: { talking_points: 'Short.' } },
    });
  });

  it('C5: _id is never written, also when the processor returns it', async () => {
    const options: Options = {
      process: () => ({ _id: 'mine', key: '_id', talking_points: 'x' }),
      responseTemplate: { $set: { '{{key}}': 1, seen: '{{_id}}' } },
    };

    expect(await updateOf(options)).toEqual({ $set: { seen: document['_id'] } });
  });

  it('I2: keys may be templates, so that functions write next to each other', async () => {
    expect(await updateOf({ responseTemplate: { $set: { 'answers.{{function}}': '{{response_content}}' } } })).toEqual({
      $set: { 'answers.summary': 'Short.' },
    });
  });

  it.each([
    ['a deeper field than the template has', 'a.b'],
    ['an operator', '$where'],
    ['an empty field', ''],
  ])('a key that renders to %s fails the document', async (_, company) => {
    const options = { responseTemplate: { $set: { 'answers.{{company}}': 1 } } };

    expect(await updateOf(options, { of: { company } })).toMatchObject({
      kind: 'TemplateError',
      code: 'response.bad-path',
    });
  });

  it('the error of an invalid key contains its template, not its rendered text', async () => {
    const options = { responseTemplate: { $set: { 'answers.{{company}}': 1 } } };

    expect(await updateOf(options, { of: { company: 'secret.key' } })).toMatchObject({
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each(['ai_status', 'processing_info'])(
    'a key that renders to the reserved field %s fails the document',
    async (key) => {
      expect(await updateOf({ responseTemplate: { $set: { '{{key}}': 1 } } }, { of: { key } })).toMatchObject({
        code: 'response.bad-path',
        message: expect.stringContaining(`writes "${key}", which is reserved for Batchmill`),
      });
    },
  );

  it('C2: the update leaves out the status, which changes with the marks', async () => {
    expect(await updateOf({ responseTemplate: { $set: { ai_status: 'completed', a: 1 } } })).toEqual({
      $set: { a: 1 },
    });
  });

  it('a missing variable fails the document', async () => {
    expect(await updateOf({ responseTemplate: { $set: { a: '{{missing}}' } } })).toMatchObject({
      kind: 'TemplateError',
      code: 'template.missing-value',
      message: expect.stringContaining('Function summary, response template'),
    });
  });

  it('a processor that throws fails the document, and the message of its error is not kept', async () => {
    const process = (): never => {
      throw new SyntaxError('Unexpected token: secret');
    };

    expect(await updateOf({ process })).toEqual({
      kind: 'ProcessingError',
      code: 'response.process-failed',
      message: 'Function summary: its processor threw a SyntaxError',
    });
    expect(await updateOf({ process: async () => Promise.reject(new Error('secret')) })).toMatchObject({
      code: 'response.process-failed',
    });
    expect(await updateOf({ process: () => undefined })).toMatchObject({ code: 'response.no-content' });
  });

  it('X1: a processor that never resolves fails the document with a ProcessingError', async () => {
    expect(await updateOf({ process: () => new Promise(() => {}) }, { batch: { codeTimeoutSeconds: 0.01 } })).toEqual({
      kind: 'ProcessingError',
      code: 'code.too-slow',
      message: 'Function summary: its processor did not resolve within 0.01 s',
    });
  });

  it('C5: a processor works on its own copy of the document', async () => {
    const of = { company: 'JKHY', tags: ['bank'] };
    const process = (_: unknown, from: Record<string, unknown>): string => {
      delete from['company'];
      (from['tags'] as string[]).push('mine');
      return 'x';
    };
    const responseTemplate = { $set: { of: '{{company}}', tags: '{{tags}}' } };

    expect(await updateOf({ process, responseTemplate }, { of })).toEqual({ $set: { of: 'JKHY', tags: ['bank'] } });
    expect(of.tags).toEqual(['bank']);
  });

  it('C2: tokens, model and finish reason of an answer are variables', async () => {
    const responseTemplate = {
      $set: { usage: '{{usage}}', cost: '{{usage.total_tokens}}', ended: '{{finish_reason}}', model: '{{model}}' },
    };

    expect(await updateOf({ responseTemplate })).toEqual({
      $set: {
        usage: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
        cost: 15,
        ended: 'stop',
        model: 'gpt-4o-mini',
      },
    });
    expect(
      await updateOf({ responseTemplate }, { answer: { ...answerOf('Sho'), isCutOff: true } as Answer }),
    ).toMatchObject({ $set: { ended: 'length' } });
  });

  it('C2: content keeps its type when it is an object, a list, a number or null', async () => {
    const responseTemplate = { $set: { a: '{{response_content}}', b: ' {{ response_content }} ' } };

    for (const content of [{ deep: { list: [1, null] } }, ['x', { y: 1 }], 0, false, new Date(5)]) {
      expect(await updateOf({ responseTemplate, process: () => ({ talking_points: content }) })).toEqual({
        $set: { a: content, b: content },
      });
    }
    expect(await updateOf({ responseTemplate, process: () => ({ talking_points: null }) })).toEqual({
      $set: { a: null, b: null },
    });
  });

  it('C2: the response template may be a function of the same variables', async () => {
    const responseTemplate: Options['responseTemplate'] = async (variables) => ({
      $set: {
        ai_status: 'completed',
        [`answers.${variables.function}`]: variables.response_content,
        at: variables.current_date,
        by: `${variables.model} ${variables.run_id} ${variables.usage.total_tokens} ${String(variables['company'])}`,
        of: variables.document['visits'],
        kind: variables['kind'],
      },
    });
    const process = (): object => ({ talking_points: ['a'], kind: 'ip' });

    expect(await updateOf({ responseTemplate, process })).toEqual({
      $set: {
        'answers.summary': ['a'],
        at: at.now,
        by: 'gpt-4o-mini run-1 15 JKHY',
        of: 3,
        kind: 'ip',
      },
    });
  });

  it('X1: a response function that throws or never resolves fails the document with a ProcessingError', async () => {
    const throwing = (): never => {
      throw new RangeError('secret');
    };
    const batch = { codeTimeoutSeconds: 0.01 };

    expect(await updateOf({ responseTemplate: throwing })).toEqual({
      kind: 'ProcessingError',
      code: 'response.template-failed',
      message: 'Function summary: its response template threw a RangeError',
    });
    expect(await updateOf({ responseTemplate: () => new Promise(() => {}) }, { batch })).toMatchObject({
      kind: 'ProcessingError',
      code: 'code.too-slow',
    });
  });

  it.each<[string, object]>([
    ['the marks', { $set: { 'processing_info.x': 1 } }],
    ['the last error', { $unset: { 'processing_info.error': '' } }],
    ['another status', { $set: { ai_status: 'mine' } }],
    ['no operator', { secret: 1 }],
  ])('C2: a response function that returns %s fails the document', async (_, result) => {
    const error = await updateOf({ responseTemplate: () => result as never });

    expect(error).toMatchObject({ kind: 'TemplateError', code: 'response.bad-path' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('C5: content that cannot be stored fails only its own document', async () => {
    const circular: Record<string, unknown> = {};
    circular['itself'] = circular;

    expect(await updateOf({ process: () => ({ talking_points: circular }) })).toMatchObject({
      kind: 'ProcessingError',
      code: 'response.not-storable',
    });
  });

  it.each<[string, () => unknown]>([
    ['an integer of more than 64 bits', () => 2n ** 63n],
    ['an invalid Date', () => new Date('soon')],
    ['100 nested levels', () => Array.from({ length: 100 }).reduce((inner) => [inner], 1)],
  ])('C5: %s fails its document, and is not stored as another value', async (_, process) => {
    expect(await updateOf({ process })).toMatchObject({
      kind: 'ProcessingError',
      code: 'response.not-storable',
    });
  });

  it('C5: an error in a getter or a proxy of a processor’s result fails its document', async () => {
    const unreadable = (): never => {
      throw new TypeError('secret');
    };
    const trap = new Proxy({}, { ownKeys: unreadable });
    const lazy = Object.defineProperty({}, 'talking_points', { enumerable: true, get: unreadable });

    for (const process of [() => trap, () => lazy, async () => lazy]) {
      const error = await updateOf({ process });
      expect(error).toMatchObject({ kind: 'ProcessingError', code: 'response.process-failed' });
      expect(JSON.stringify(error)).not.toContain('secret');
    }
  });

  it.each<[string, unknown]>([
    ['$push', { $each: [1, 2], $slice: 0 }],
    ['$pull', { $exists: true }],
    ['$addToSet', { $each: [] }],
    ['$pull', { a: [{ $gt: 1 }] }],
  ])('C2: the content of an answer is never executed as an update operator: %s', async (operator, content) => {
    const responseTemplate = { [operator]: { answers: '{{response_content}}' } };

    const error = await updateOf({ process: () => ({ talking_points: content }), responseTemplate });

    expect(error).toMatchObject({ kind: 'TemplateError', code: 'response.bad-path' });
    expect(JSON.stringify(error)).not.toContain('each');
  });

  it.each([
    ['is set', { $set: { schema: '{{response_content}}' } }],
    ['is part of a pushed object', { $push: { answers: { said: '{{response_content}}' } } }],
    ['is one of several pushed values', { $push: { answers: { $each: ['{{response_content}}'] } } }],
  ])('C2: a key of an answer may begin with $ where it %s', async (_, responseTemplate) => {
    const content = { $schema: 'x', properties: { a: { $ref: 'y' } } };

    const update = await updateOf({ process: () => ({ talking_points: content }), responseTemplate });

    expect(JSON.stringify(update)).toContain(JSON.stringify(content));
  });

  it('C2: an answer that is a key of the update never becomes an operator', async () => {
    const responseTemplate = { $pull: { answers: { '{{response_content}}': true } } };

    const error = await updateOf({ responseTemplate }, { answer: answerOf('$exists') });

    expect(error).toMatchObject({ kind: 'TemplateError', code: 'response.bad-path' });
    expect(
      await updateOf({ responseTemplate: { $push: { 'a.{{function}}': { $each: ['{{response_content}}'] } } } }),
    ).toEqual({
      $push: { 'a.summary': { $each: ['Short.'] } },
    });
  });

  it('C2: a condition may be a regular expression', async () => {
    const responseTemplate = () => ({ $pull: { tags: /^draft/ } });

    expect(await updateOf({ responseTemplate })).toEqual({ $pull: { tags: /^draft/ } });
  });

  it('C5: an instance of a class with toBSON is kept', async () => {
    class Money {
      toBSON(): string {
        return '1.5';
      }
    }
    const money = new Money();

    const update = await updateOf({
      process: () => ({ talking_points: money }),
      responseTemplate: { $set: { m: '{{response_content}}' } },
    });

    expect((update as { $set: { m: unknown } }).$set.m).toBe(money);
  });

  it('C2: an instance of another class becomes an object of its fields', async () => {
    class Answer {
      readonly _id = 'mine';
      readonly talking_points = 'points';
      readonly kind = 'k';
    }
    const responseTemplate = { $set: { content: '{{response_content}}', kind: '{{kind}}' } };

    expect(await updateOf({ process: () => new Answer(), responseTemplate })).toEqual({
      $set: { content: 'points', kind: 'k' },
    });
  });

  it('an answer is never rendered as a template', async () => {
    expect(await updateOf({}, { answer: answerOf('{{ document | json }}') })).toMatchObject({
      $push: { event_response: { talking_points: '{{ document | json }}' } },
    });
  });

  it('E4: a vector writes nothing into the document', async () => {
    const plan = planRun(aPipeline({ embeddings: embeddingsOf() }), {});
    const vector: Answer = { kind: 'vector', vector: new Float32Array(3) };

    expect(await responseUpdate(plan, 'embeddings', { answer: vector, usage }, document, at)).toEqual({ update: {} });
  });
});

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
  it('C2: by default pushes answer and date', async () => {
    expect(await updateOf({})).toEqual({
      $push: { event_response: { talking_points: 'Short.', created_date: at.now } },
    });
  });

  it('C2: by default the fields may have other names', async () => {
    const options = { responseField: 'ai.answers', responseDateField: 'at', responseContentField: 'text' };

    expect(await updateOf(options)).toEqual({ $push: { 'ai.answers': { text: 'Short.', at: at.now } } });
  });

  it('I3: with several functions each answer says whose it is', async () => {
    expect(await updateOf({}, { others: [chat({ name: 'topics', user: 'x' })] })).toEqual({
      $push: { event_response: { function: 'summary', talking_points: 'Short.', created_date: at.now } },
    });
  });

  it('I5: JSON that was asked for is written as what it is', async () => {
    expect(await updateOf({}, { answer: answerOf('{"a":[1]}', { a: [1] }) })).toMatchObject({
      $push: { event_response: { talking_points: { a: [1] } } },
    });
  });

  it('C2: a variable that is the whole value keeps its type, within a text it is text', async () => {
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

  it('C5: the processor sees body and document; its content field is the content, its other keys are variables', async () => {
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

  it('C5: a processor may be asynchronous, and return just the content', async () => {
    expect(await updateOf({ process: async () => ['x'] })).toMatchObject({
      $push: { event_response: { talking_points: ['x'] } },
    });
  });

  it('C5: without the content field in what the processor returns, the answer is the content', async () => {
    expect(await updateOf({ process: () => ({ other: 1 }) })).toMatchObject({
      $push: { event_response: { talking_points: 'Short.' } },
    });
  });

  it('C5: _id is never written, whatever the processor returns', async () => {
    const options: Options = {
      process: () => ({ _id: 'mine', key: '_id', talking_points: 'x' }),
      responseTemplate: { $set: { '{{key}}': 1, seen: '{{_id}}' } },
    };

    expect(await updateOf(options)).toEqual({ $set: { seen: document['_id'] } });
  });

  it('I2: keys may be templates, so that functions write endpointPlan by endpointPlan', async () => {
    expect(await updateOf({ responseTemplate: { $set: { 'answers.{{function}}': '{{response_content}}' } } })).toEqual({
      $set: { 'answers.summary': 'Short.' },
    });
  });

  it.each([
    ['a deeper field than was written', 'a.b'],
    ['an operator', '$where'],
    ['no field', ''],
  ])('a key that renders to %s is the document’s failure', async (_, company) => {
    const options = { responseTemplate: { $set: { 'answers.{{company}}': 1 } } };

    expect(await updateOf(options, { of: { company } })).toMatchObject({
      kind: 'TemplateError',
      code: 'response.bad-path',
    });
  });

  it('what is told of a bad key is the template, not what stood in it', async () => {
    const options = { responseTemplate: { $set: { 'answers.{{company}}': 1 } } };

    expect(await updateOf(options, { of: { company: 'secret.key' } })).toMatchObject({
      message: expect.not.stringContaining('secret'),
    });
  });

  it.each(['ai_status', 'processing_info'])(
    'a key that renders to %s, which is kept by us, is the document’s failure',
    async (key) => {
      expect(await updateOf({ responseTemplate: { $set: { '{{key}}': 1 } } }, { of: { key } })).toMatchObject({
        code: 'response.bad-path',
        message: expect.stringContaining(`is "${key}", which is kept by us`),
      });
    },
  );

  it('C2: the status changes with our marks, not with the template', async () => {
    expect(await updateOf({ responseTemplate: { $set: { ai_status: 'completed', a: 1 } } })).toEqual({
      $set: { a: 1 },
    });
  });

  it('a variable that is not there is the document’s failure', async () => {
    expect(await updateOf({ responseTemplate: { $set: { a: '{{nobody}}' } } })).toMatchObject({
      kind: 'TemplateError',
      code: 'template.missing-value',
      message: expect.stringContaining('Function summary, response template'),
    });
  });

  it('a processor that throws is the document’s failure, and what it said is not told', async () => {
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

  it('X1: a processor that never resolves is a ProcessingError of that document', async () => {
    expect(await updateOf({ process: () => new Promise(() => {}) }, { batch: { codeTimeoutSeconds: 0.01 } })).toEqual({
      kind: 'ProcessingError',
      code: 'code.too-slow',
      message: 'Function summary: its processor did not resolve within 0.01 s',
    });
  });

  it('C5: what a processor does to its document is not seen by anyone else', async () => {
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

  it('C2: the tokens of an answer, its model and how it ended are variables', async () => {
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

  it('C2: content that is an object, a list, a number or nothing stays what it is', async () => {
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

  it('C2: a function may stand in place of the response template, and sees the same', async () => {
    const responseTemplate: Options['responseTemplate'] = async (seen) => ({
      $set: {
        ai_status: 'completed',
        [`answers.${seen.function}`]: seen.response_content,
        at: seen.current_date,
        by: `${seen.model} ${seen.run_id} ${seen.usage.total_tokens} ${String(seen['company'])}`,
        of: seen.document['visits'],
        kind: seen['kind'],
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

  it('X1: a response template that is a function and throws, or never resolves, is a ProcessingError of that document', async () => {
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
    ['the bookkeeping', { $set: { 'processing_info.x': 1 } }],
    ['the last error', { $unset: { 'processing_info.error': '' } }],
    ['another status', { $set: { ai_status: 'mine' } }],
    ['no operator', { secret: 1 }],
  ])('C2: a response function that gives %s is the document’s failure', async (_, given) => {
    const error = await updateOf({ responseTemplate: () => given as never });

    expect(error).toMatchObject({ kind: 'TemplateError', code: 'response.bad-path' });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('C5: content that no store takes fails its document, and nothing that is written along with it', async () => {
    const around: Record<string, unknown> = {};
    around['itself'] = around;

    expect(await updateOf({ process: () => ({ talking_points: around }) })).toMatchObject({
      kind: 'ProcessingError',
      code: 'response.not-storable',
    });
  });

  it.each<[string, () => unknown]>([
    ['a whole number that no store holds', () => 2n ** 63n],
    ['a Date that is no time', () => new Date('soon')],
    ['a hundred levels', () => Array.from({ length: 100 }).reduce((within) => [within], 1)],
  ])('C5: %s fails its document, and is not stored as something else', async (_, given) => {
    expect(await updateOf({ process: given })).toMatchObject({
      kind: 'ProcessingError',
      code: 'response.not-storable',
    });
  });

  it('C5: what a processor gives is read once, and what throws meanwhile fails its document', async () => {
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
  ])('C2: what an answer holds is never an operator of the update: %s', async (operator, content) => {
    const responseTemplate = { [operator]: { answers: '{{response_content}}' } };

    const error = await updateOf({ process: () => ({ talking_points: content }), responseTemplate });

    expect(error).toMatchObject({ kind: 'TemplateError', code: 'response.bad-path' });
    expect(JSON.stringify(error)).not.toContain('each');
  });

  it.each([
    ['is set', { $set: { schema: '{{response_content}}' } }],
    ['is within what is pushed', { $push: { answers: { said: '{{response_content}}' } } }],
    ['is one of several that are pushed', { $push: { answers: { $each: ['{{response_content}}'] } } }],
  ])('C2: a key of an answer may begin with $ where it %s', async (_, responseTemplate) => {
    const content = { $schema: 'x', properties: { a: { $ref: 'y' } } };

    const update = await updateOf({ process: () => ({ talking_points: content }), responseTemplate });

    expect(JSON.stringify(update)).toContain(JSON.stringify(content));
  });

  it('C2: what an answer holds is never an operator of the update where it is a key', async () => {
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

  it('C5: a value of a class that says itself what it is worth stays that value', async () => {
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

  it('C2: an instance of a class is the object that it looks like', async () => {
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

  it('what a model says is never run as a template', async () => {
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

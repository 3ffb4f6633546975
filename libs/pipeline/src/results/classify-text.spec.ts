import type { Classified } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { Long } from 'bson';
import { chat, responses } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline } from '../testing/a-pipeline.js';
import { classifyResult } from './classify-result.js';

const schema = {
  type: 'object',
  properties: { topics: { type: 'array', items: { type: 'string' } } },
  required: ['topics'],
  additionalProperties: false,
};
const functions = [
  chat({ name: 'summary', user: 'x' }),
  chat({ name: 'topics', user: 'x', responseFormat: schema }),
  chat({ name: 'tools', user: 'x', process: () => 'processed' }),
  responses({ name: 'reply', user: 'x' }),
];
const plan = planRun(aPipeline({ inference: { functions } }), {});
const usage = { inputTokens: 10, outputTokens: 4 };
const ofChat = (name: string, body: unknown): Classified =>
  classifyResult(plan, name, { customId: 'id', statusCode: 200, body, error: null });
const chatted = (message: object, finish_reason = 'stop'): object => ({
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
});

describe('classifyResult of a text', () => {
  it('I2: the answer of a chat completion has its content and its body', () => {
    const body = chatted({ content: 'Short.' });

    expect(ofChat('summary', body)).toEqual({
      outcome: 'answered',
      answer: { kind: 'text', text: 'Short.', body },
      usage,
    });
  });

  it('I2: the answer of a response has all its texts', () => {
    const body = {
      status: 'completed',
      output: [
        { type: 'reasoning', content: [] },
        {
          type: 'message',
          content: [
            { type: 'output_text', text: 'One. ' },
            { type: 'output_text', text: 'Two.' },
          ],
        },
      ],
      usage: { input_tokens: 10, output_tokens: 4 },
    };

    expect(ofChat('reply', body)).toEqual({
      outcome: 'answered',
      answer: { kind: 'text', text: 'One. Two.', body },
      usage,
    });
  });

  it('a text that was cut off at its limit is an answer', () => {
    const cut = {
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'One' }] }],
    };

    expect(ofChat('summary', chatted({ content: 'Sho' }, 'length'))).toMatchObject({
      outcome: 'answered',
      answer: { text: 'Sho' },
    });
    expect(ofChat('reply', cut)).toMatchObject({ outcome: 'answered', answer: { text: 'One' } });
  });

  it('a refusal fails, and is billed', () => {
    const refused = {
      status: 'completed',
      output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'No.' }] }],
    };

    expect(ofChat('summary', chatted({ content: null, refusal: 'I cannot.' }))).toMatchObject({
      outcome: 'fail',
      error: { kind: 'ProcessingError', code: 'provider.refusal' },
      usage,
    });
    expect(ofChat('reply', refused)).toMatchObject({ outcome: 'fail', error: { code: 'provider.refusal' } });
  });

  it('an answer that the content filter stopped fails', () => {
    const filtered = { status: 'incomplete', incomplete_details: { reason: 'content_filter' }, output: [] };

    expect(ofChat('summary', chatted({ content: 'x' }, 'content_filter'))).toMatchObject({
      outcome: 'fail',
      error: { code: 'provider.content-filter' },
    });
    expect(ofChat('reply', filtered)).toMatchObject({ outcome: 'fail', error: { code: 'provider.content-filter' } });
  });

  it('a response that failed because of the server is retried, another one is not', () => {
    const failed = (code: string): Classified => ofChat('reply', { status: 'failed', error: { code }, output: [] });

    expect(failed('server_error')).toMatchObject({ outcome: 'retry', countsAttempt: true });
    expect(failed('invalid_prompt')).toMatchObject({ outcome: 'fail' });
    expect(ofChat('reply', { status: 'in_progress', output: [] })).toMatchObject({ outcome: 'retry' });
  });

  it.each<[string, unknown]>([
    [
      'a list of parts',
      chatted({
        content: [
          { type: 'text', text: 'Sho' },
          { type: 'output_text', text: 'rt.' },
        ],
      }),
    ],
    [
      'parts after thoughts',
      chatted({
        content: [
          { type: 'thinking', thinking: [] },
          { type: 'text', text: 'Short.' },
        ],
      }),
    ],
    ['a single part', chatted({ content: { type: 'text', text: 'Short.' } })],
    ['a list of texts', chatted({ content: ['Short.'] })],
    ['a text in the choice', { choices: [{ text: 'Short.', finish_reason: 'stop' }], usage: chatted({}) }],
    ['the form of a response', { output: [{ type: 'message', content: [{ type: 'text', text: 'Short.' }] }] }],
    ['the text of a response alone', { output_text: 'Short.' }],
    ['the content of a response as text', { output: [{ type: 'message', content: 'Short.' }] }],
  ])('I2: an answer as %s is read', (_, body) => {
    expect(ofChat('summary', body)).toMatchObject({ outcome: 'answered', answer: { text: 'Short.' } });
    expect(ofChat('reply', body)).toMatchObject({ outcome: 'answered', answer: { text: 'Short.' } });
  });

  it.each<[string, unknown]>([
    ['a content of another kind', chatted({ content: 5 })],
    ['parts of an unknown kind', chatted({ content: [{ type: 'image', url: 'x' }] })],
    ['no message', { choices: [{ finish_reason: 'stop' }] }],
    ['a body of another API', { content: [{ type: 'text', text: 'Short.' }] }],
    ['an output of another kind', { output: { parts: 5 } }],
    ['a text for body', 'x'],
    ['a list for body', ['x']],
  ])('%s is not bought again: it fails once with its reason, and is kept', (_, body) => {
    for (const name of ['summary', 'reply']) {
      const classified = ofChat(name, body);
      expect(classified).toMatchObject({
        outcome: 'fail',
        isKept: true,
        error: { kind: 'ProcessingError', code: 'provider.answer-not-understood' },
      });
    }
  });

  it('an answer that only calls tools goes to the processor; without one it fails once and is kept', () => {
    const body = chatted({ content: null, tool_calls: [{ function: { name: 'f', arguments: '{}' } }] }, 'tool_calls');
    const response = { status: 'completed', output: [{ type: 'function_call', name: 'f', arguments: '{}' }] };

    expect(ofChat('tools', body)).toMatchObject({ outcome: 'answered', answer: { text: '', body } });
    expect(ofChat('summary', body)).toMatchObject({ outcome: 'fail', isKept: true });
    expect(ofChat('reply', response)).toMatchObject({ outcome: 'fail', isKept: true });
  });

  it.each<[string, unknown]>([
    ['no content', chatted({ content: null })],
    ['an empty content', chatted({ content: '' })],
    ['an empty list of parts', chatted({ content: [] })],
    ['thoughts alone', chatted({ content: [{ type: 'thinking', thinking: [] }] })],
    ['no choices', { choices: [] }],
    ['no body', null],
  ])('%s is retried', (_, body) => {
    expect(ofChat('summary', body)).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { code: 'provider.no-content' },
    });
  });

  it('I3: an empty answer that ended at the token limit is not retried, and its error names maxTokens', () => {
    const cutOff = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] };
    const failure = {
      outcome: 'fail',
      error: { code: 'provider.answer-cut-off', message: expect.stringContaining('maxTokens') },
    };

    expect(ofChat('summary', chatted({ content: '' }, 'length'))).toMatchObject({ ...failure, usage });
    expect(ofChat('summary', chatted({ content: null }, 'length'))).toMatchObject(failure);
    expect(ofChat('reply', cutOff)).toMatchObject(failure);
  });

  it('I5: the JSON of a response format is parsed and validated', () => {
    expect(ofChat('topics', chatted({ content: '{"topics":["a"]}' }))).toMatchObject({
      outcome: 'answered',
      answer: { kind: 'text', text: '{"topics":["a"]}', parsed: { topics: ['a'] } },
    });
  });

  it.each([
    ['in a block of Markdown', '```json\n{"topics":["a"]}\n```'],
    ['after a byte order mark', '\uFEFF{"topics":["a"]}'],
    [
      'in one of several texts',
      [
        { type: 'text', text: '{"topics":["b' },
        { type: 'text', text: '{"topics":["a"]}' },
      ],
    ],
  ])('I5: JSON %s is read', (_, content) => {
    expect(ofChat('topics', chatted({ content }))).toMatchObject({
      outcome: 'answered',
      answer: { parsed: { topics: ['a'] } },
    });
  });

  it.each<[string, object, string]>([
    ['text that is not JSON', chatted({ content: 'Topics: secret' }), 'provider.invalid-json'],
    ['JSON that ends at the token limit', chatted({ content: '{"topics":["a' }, 'length'), 'provider.answer-cut-off'],
    ['JSON of another shape', chatted({ content: '{"topics":"secret"}' }), 'provider.schema-mismatch'],
    ['JSON with a further key', chatted({ content: '{"topics":[],"secret":1}' }), 'provider.schema-mismatch'],
  ])('I5: %s is retried, and its error contains nothing of it', (_, body, code) => {
    const classified = ofChat('topics', body);

    expect(classified).toMatchObject({ outcome: 'retry', countsAttempt: true, isKept: true, error: { code }, usage });
    expect(JSON.stringify(classified)).not.toContain('secret');
  });

  it('I5: complete JSON is an answer, also when it ended at the token limit', () => {
    expect(ofChat('topics', chatted({ content: '{"topics":[]}' }, 'length')).outcome).toBe('answered');
  });

  describe('with whole numbers that a JavaScript number would round', () => {
    const accounts = {
      type: 'object',
      properties: { account: { type: 'integer' }, others: { type: 'array', items: { type: 'integer' } } },
      required: ['account', 'others'],
      additionalProperties: false,
    };
    const withAccount = chat({ name: 'account', user: 'x', responseFormat: accounts });
    const ofAccount = (content: string): Classified =>
      classifyResult(planRun(aPipeline({ inference: { functions: [withAccount] } }), {}), 'account', {
        customId: 'id',
        statusCode: 200,
        body: chatted({ content }),
        error: null,
      });

    it('I2: keeps the digits of what a 64-bit integer holds', () => {
      const account = Long.fromString('9007199254740993');

      expect(ofAccount('{"account":9007199254740993,"others":[]}')).toMatchObject({ answer: { parsed: { account } } });
      expect(ofAccount('{"account":42,"others":[9007199254740993]}')).toMatchObject({
        answer: { parsed: { account: 42, others: [account] } },
      });
    });

    it('I2: does not take a larger one, and says what to do; the answer is kept', () => {
      expect(ofAccount('{"account":12345678901234567890,"others":[]}')).toMatchObject({
        outcome: 'retry',
        error: { code: 'provider.large-number' },
        isKept: true,
      });
    });
  });
});

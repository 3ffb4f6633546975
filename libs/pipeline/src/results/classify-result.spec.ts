import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/chat.js';
import { responses } from '../definition/responses.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { classifyResult } from './classify-result.js';
import type { Classified } from './classified.js';
import { missingResult } from './missing-result.js';
import type { ResultLine } from './result-line.js';

const schema = {
  type: 'object',
  properties: { topics: { type: 'array', items: { type: 'string' } } },
  required: ['topics'],
  additionalProperties: false,
};
const pipeline = aPipeline({
  embeddings: { ...embeddingsOf(), dimensions: 3 },
  inference: {
    functions: [
      chat({ name: 'summary', user: 'x' }),
      chat({ name: 'topics', user: 'x', responseFormat: schema }),
      responses({ name: 'reply', user: 'x' }),
    ],
  },
});
const plans = {
  embeddings: planRun(pipeline, { endpoint: 'embeddings' }),
  inference: planRun(pipeline, { endpoint: 'inference' }),
};

const line = (part: Partial<ResultLine>): ResultLine => ({
  customId: 'id',
  statusCode: 200,
  body: null,
  error: null,
  ...part,
});
const ofVector = (body: unknown): Classified => classifyResult(plans.embeddings, 'embeddings', line({ body }));
const embedding = (value: unknown): object => ({
  data: [{ embedding: value }],
  usage: { prompt_tokens: 7, total_tokens: 7 },
});
const floats = (values: readonly number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('base64');

const chatted = (message: object, finish_reason = 'stop'): object => ({
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage: { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 },
});
const ofChat = (name: string, body: unknown): Classified => classifyResult(plans.inference, name, line({ body }));
const usage = { inputTokens: 10, outputTokens: 4 };

describe('classifyResult of any line', () => {
  it.each<[number, string, boolean]>([
    [0, 'ConnectionError', true],
    [302, 'ConnectionError', true],
    [408, 'TimeoutError', true],
    [409, 'ConnectionError', true],
    [429, 'ConnectionError', true],
    [500, 'ConnectionError', true],
    [503, 'ConnectionError', true],
    [504, 'TimeoutError', true],
  ])('X2: status %i is tried again, as an attempt', (statusCode, kind, countsAttempt) => {
    const body = { error: { code: 'rate_limit_exceeded', message: 'contents' } };

    expect(classifyResult(plans.inference, 'summary', line({ statusCode, body }))).toEqual({
      outcome: 'retry',
      error: {
        kind,
        code: 'provider.unavailable',
        message: `The provider answered ${statusCode} (rate_limit_exceeded)`,
      },
      countsAttempt,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it.each([400, 401, 403, 404, 413, 422])('X2: status %i fails, without the provider’s words', (statusCode) => {
    const body = { error: { message: 'Invalid input: secret', type: 'invalid_request_error', code: null } };

    expect(classifyResult(plans.embeddings, 'embeddings', line({ statusCode, body }))).toMatchObject({
      outcome: 'fail',
      error: {
        kind: 'ValidationError',
        code: 'provider.refused-request',
        message: `The provider answered ${statusCode} (invalid_request_error)`,
      },
    });
  });

  it.each(['batch_expired', 'batch_cancelled'])('%s is tried again and uses up no attempt', (code) => {
    expect(classifyResult(plans.inference, 'summary', line({ statusCode: null, error: { code } }))).toMatchObject({
      outcome: 'retry',
      countsAttempt: false,
      error: { code: 'provider.not-carried-out' },
    });
  });

  it('an error without a response is tried again, a time-out by its kind', () => {
    const classify = (error: ResultLine['error']): Classified =>
      classifyResult(plans.inference, 'summary', line({ statusCode: null, error }));

    expect(classify({ code: 'request_timeout' })).toMatchObject({ outcome: 'retry', error: { kind: 'TimeoutError' } });
    expect(classify({ code: 'server error: secret' })).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { message: 'The provider sent no response, error no code' },
    });
    expect(classify(null)).toMatchObject({ outcome: 'retry', countsAttempt: true });
  });

  it('a request that got no line is tried again, as an attempt', () => {
    expect(missingResult()).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { code: 'provider.missing-result' },
    });
  });

  it('a line of a function that is none of the run’s is an error of the work', () => {
    expect(() => classifyResult(plans.embeddings, 'summary', line({}))).toThrow(
      expect.objectContaining({ code: 'run.function-not-planned' }),
    );
  });
});

describe('classifyResult of a vector', () => {
  it.each([
    ['base64', floats([1, 2, 3])],
    ['a list', [1, 2, 3]],
  ])('E4: %s answers', (_, value) => {
    expect(ofVector(embedding(value))).toEqual({
      outcome: 'answered',
      answer: { kind: 'vector', vector: Float32Array.of(1, 2, 3) },
      usage: { inputTokens: 7, outputTokens: 0 },
    });
  });

  it.each<[string, unknown, string]>([
    ['another length', embedding(floats([1, 2])), 'provider.bad-vector'],
    ['a number that is not finite', embedding(floats([1, NaN, 3])), 'provider.bad-vector'],
    ['an infinite number', embedding([1, Infinity, 3]), 'provider.bad-vector'],
    ['a number beyond float32', embedding([1, 1e300, 3]), 'provider.bad-vector'],
    ['texts for numbers', embedding(['1', '2', '3']), 'provider.bad-vector'],
    ['no data', { data: [] }, 'provider.no-content'],
    ['data of another kind', { data: 5 }, 'provider.no-content'],
    ['a null in the data', { data: [null] }, 'provider.no-content'],
    ['no body', null, 'provider.no-content'],
    ['a text for body', 'x', 'provider.no-content'],
  ])('%s is tried again, as an attempt', (_, body, code) => {
    expect(ofVector(body)).toMatchObject({ outcome: 'retry', countsAttempt: true, error: { code } });
  });

  it('M1: what was billed is told, answered or not', () => {
    expect(ofVector(embedding(floats([1])))).toMatchObject({
      outcome: 'retry',
      usage: { inputTokens: 7, outputTokens: 0 },
    });
  });
});

describe('classifyResult of a text', () => {
  it('I2: a chat answers with its content and its whole body', () => {
    const body = chatted({ content: 'Short.' });

    expect(ofChat('summary', body)).toEqual({
      outcome: 'answered',
      answer: { kind: 'text', text: 'Short.', body },
      usage,
    });
  });

  it('I2: a response answers with all its texts', () => {
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

  it('a response that failed on the server is tried again, one that failed otherwise is not', () => {
    const failed = (code: string): Classified => ofChat('reply', { status: 'failed', error: { code }, output: [] });

    expect(failed('server_error')).toMatchObject({ outcome: 'retry', countsAttempt: true });
    expect(failed('invalid_prompt')).toMatchObject({ outcome: 'fail' });
    expect(ofChat('reply', { status: 'in_progress', output: [] })).toMatchObject({ outcome: 'retry' });
  });

  it.each<[string, unknown]>([
    ['no content', chatted({ content: null })],
    ['an empty content', chatted({ content: '' })],
    ['no choices', { choices: [] }],
    ['no body', null],
    ['a text for body', 'x'],
  ])('%s is tried again', (_, body) => {
    expect(ofChat('summary', body)).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { code: 'provider.no-content' },
    });
  });

  it('I5: JSON that was asked for is parsed and checked', () => {
    expect(ofChat('topics', chatted({ content: '{"topics":["a"]}' }))).toMatchObject({
      outcome: 'answered',
      answer: { kind: 'text', text: '{"topics":["a"]}', parsed: { topics: ['a'] } },
    });
  });

  it.each<[string, object, string]>([
    ['no JSON', chatted({ content: 'Topics: secret' }), 'provider.bad-json'],
    ['JSON that ends at the token limit', chatted({ content: '{"topics":["a' }, 'length'), 'provider.cut-off'],
    ['JSON of another shape', chatted({ content: '{"topics":"secret"}' }), 'provider.other-json'],
    ['JSON with a further key', chatted({ content: '{"topics":[],"secret":1}' }), 'provider.other-json'],
  ])('I5: %s is tried again, and nothing of it is told', (_, body, code) => {
    const classified = ofChat('topics', body);

    expect(classified).toMatchObject({ outcome: 'retry', countsAttempt: true, error: { code }, usage });
    expect(JSON.stringify(classified)).not.toContain('secret');
  });

  it('I5: JSON that is whole is an answer, though it ended at the token limit', () => {
    expect(ofChat('topics', chatted({ content: '{"topics":[]}' }, 'length')).outcome).toBe('answered');
  });
});

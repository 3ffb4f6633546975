import { missingResult, type Classified, type ResultLine } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { chat } from '../definition/prompt-function-definition.js';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { classifyResult } from './classify-result.js';

const pipeline = aPipeline({
  embeddings: embeddingsOf(),
  inference: { functions: [chat({ name: 'summary', user: 'x' })] },
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

describe('classifyResult', () => {
  it.each<[number, string, boolean]>([
    [0, 'ConnectionError', true],
    [302, 'ConnectionError', true],
    [408, 'TimeoutError', true],
    [409, 'ConnectionError', true],
    [429, 'ConnectionError', true],
    [500, 'ConnectionError', true],
    [503, 'ConnectionError', true],
    [504, 'TimeoutError', true],
  ])('X2: status %i is retried and uses up an attempt', (statusCode, kind, countsAttempt) => {
    const body = { error: { code: 'rate_limit_exceeded', message: 'contents' } };

    expect(classifyResult(plans.inference, 'summary', line({ statusCode, body }))).toEqual({
      outcome: 'retry',
      error: {
        kind,
        code: 'provider.unanswered-request',
        message: `The provider answered ${statusCode} (rate_limit_exceeded)`,
      },
      countsAttempt,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it.each([400, 404, 413, 422])('X2: status %i fails, without the provider’s message', (statusCode) => {
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

  it.each([401, 403])('Y5: status %i is about the account: it is retried and uses up no attempt', (statusCode) => {
    const body = { error: { message: 'Invalid input: secret', code: null } };

    expect(classifyResult(plans.embeddings, 'embeddings', line({ statusCode, body }))).toMatchObject({
      outcome: 'retry',
      error: { code: 'provider.account-refused', message: `The provider answered ${statusCode} (no code)` },
      countsAttempt: false,
    });
  });

  it.each(['batch_expired', 'batch_cancelled'])('%s is retried and uses up no attempt', (code) => {
    expect(classifyResult(plans.inference, 'summary', line({ statusCode: null, error: { code } }))).toMatchObject({
      outcome: 'retry',
      countsAttempt: false,
      error: { code: 'provider.not-executed' },
    });
  });

  it('an error without a response is retried, with the kind of a timeout if it is one', () => {
    const classify = (error: ResultLine['error']): Classified =>
      classifyResult(plans.inference, 'summary', line({ statusCode: null, error }));

    expect(classify({ code: 'request_timeout' })).toMatchObject({ outcome: 'retry', error: { kind: 'TimeoutError' } });
    expect(classify({ code: 'server error: secret' })).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { message: 'The provider sent an error without a response (no code)' },
    });
    expect(classify(null)).toMatchObject({ outcome: 'retry', countsAttempt: true });
  });

  it('a request without a line is retried and uses up an attempt', () => {
    expect(missingResult()).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { code: 'provider.missing-result' },
    });
  });

  it('a result of a function that the run does not have is an error of the run', () => {
    expect(() => classifyResult(plans.embeddings, 'summary', line({}))).toThrow(
      expect.objectContaining({ code: 'run.function-not-planned' }),
    );
  });
});

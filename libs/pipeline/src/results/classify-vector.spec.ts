import type { Classified } from '@batchmill/provider';
import { describe, expect, it } from '@jest/globals';
import { planRun } from '../plan/plan-run.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { classifyResult } from './classify-result.js';

const plan = planRun(aPipeline({ embeddings: { ...embeddingsOf(), dimensions: 3 } }), {});
const ofVector = (body: unknown): Classified =>
  classifyResult(plan, 'embeddings', { customId: 'id', statusCode: 200, body, error: null });
const embedding = (value: unknown): object => ({
  data: [{ embedding: value }],
  usage: { prompt_tokens: 7, total_tokens: 7 },
});
const floats = (values: readonly number[]): string => Buffer.from(Float32Array.from(values).buffer).toString('base64');

describe('classifyResult of a vector', () => {
  it.each([
    ['base64', floats([1, 2, 3])],
    ['a list', [1, 2, 3]],
    ['a list in a list', [[1, 2, 3]]],
    ['a list as JSON', '[1, 2, 3]'],
  ])('E4: %s is read', (_, value) => {
    expect(ofVector(embedding(value))).toEqual({
      outcome: 'answered',
      answer: { kind: 'vector', vector: Float32Array.of(1, 2, 3) },
      usage: { inputTokens: 7, outputTokens: 0 },
    });
  });

  it.each<[string, unknown, string]>([
    ['a vector of another length', embedding(floats([1, 2])), 'provider.invalid-vector'],
    ['a number that is not finite', embedding(floats([1, NaN, 3])), 'provider.invalid-vector'],
    ['an infinite number', embedding([1, Infinity, 3]), 'provider.invalid-vector'],
    ['a number beyond float32', embedding([1, 1e300, 3]), 'provider.invalid-vector'],
    ['texts for numbers', embedding(['1', '2', '3']), 'provider.answer-not-understood'],
    ['data of another kind', { data: 5 }, 'provider.answer-not-understood'],
    ['a body of another kind', { vectors: [1, 2, 3] }, 'provider.answer-not-understood'],
    ['a text for body', 'x', 'provider.answer-not-understood'],
  ])('%s is not bought again: it fails once, and is kept', (_, body, code) => {
    expect(ofVector(body)).toMatchObject({ outcome: 'fail', isKept: true, error: { code } });
  });

  it.each<[string, unknown]>([
    ['no data', { data: [] }],
    ['a null in the data', { data: [null] }],
    ['no body', null],
  ])('%s is no answer: it is retried and uses up an attempt', (_, body) => {
    expect(ofVector(body)).toMatchObject({
      outcome: 'retry',
      countsAttempt: true,
      error: { code: 'provider.no-content' },
    });
  });

  it('M1: the usage of an invalid answer is kept', () => {
    expect(ofVector(embedding(floats([1])))).toMatchObject({
      outcome: 'fail',
      usage: { inputTokens: 7, outputTokens: 0 },
    });
  });
});

import { describe, expect, it } from '@jest/globals';
import { modelLimitsOf } from './model-limits.js';

describe('how much a model takes and gives', () => {
  it.each([
    ['gpt-4o-mini', 128_000, 16_384],
    ['gpt-4o-2024-05-13', 128_000, 4_096],
    ['gpt-4.1', 1_047_576, 32_768],
    ['gpt-5-mini', 272_000, 128_000],
    ['o4-mini', 200_000, 100_000],
    ['gpt-3.5-turbo', 16_385, 4_096],
  ])('Y5: its context and its output are known: %s', (model, maxInputTokens, maxOutputTokens) => {
    expect(modelLimitsOf(model)).toMatchObject({ maxInputTokens, maxOutputTokens });
  });

  it('Y5: a dated name, a prefix and a fine-tuned model have the limits of their model', () => {
    const limits = modelLimitsOf('gpt-4.1-mini');

    expect(modelLimitsOf('gpt-4.1-mini-2031-01-01')).toEqual(limits);
    expect(modelLimitsOf('openai/gpt-4.1-mini')).toEqual(limits);
    expect(modelLimitsOf('ft:gpt-4.1-mini-2025-04-14:acme::abc')).toEqual(limits);
  });

  it.each(['my-deployment', 'gpt-99', 'gpt-oss-120b', 'anthropic/claude-opus-5', 'constructor', 'default'])(
    'Y5: nothing is claimed of a model that other servers may run, or that is not known: %s',
    (model) => {
      expect(modelLimitsOf(model)).toBeNull();
    },
  );

  it('Y5: models from before gpt-4o-2024-08-06 take no schema', () => {
    const takes = (model: string): boolean | undefined => modelLimitsOf(model)?.takesSchemas;

    expect(['gpt-3.5-turbo', 'gpt-4', 'gpt-4-turbo', 'gpt-4o-2024-05-13'].map(takes)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-5-mini', 'o3-mini'].map(takes)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
  });
});

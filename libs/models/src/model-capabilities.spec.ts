import { describe, expect, it } from '@jest/globals';
import { embeddingCapabilitiesOf, textCapabilitiesOf } from './model-capabilities.js';

describe('which fields a model takes', () => {
  it.each([
    'o1',
    'o3-mini',
    'o4-mini-2025-04-16',
    'gpt-5',
    'gpt-5-mini',
    'gpt-5.1',
    'gpt-5.2-codex',
    'gpt-6-nano',
    'gpt-12-mini',
    'GPT-5-mini',
    'codex-mini-latest',
    'openai/gpt-5-mini',
    'openrouter/openai/o3-deep-research',
    'openai/gpt-5-mini:online',
    'azure/o3-mini',
    'ft:o4-mini-2025-04-16:acme::abc123',
    'openai/ft:gpt-5-mini:acme::abc123',
  ])('a reasoning model takes no temperature, and its limit has another name: %s', (model) => {
    expect(textCapabilitiesOf(model)).toEqual({
      tokenLimitField: 'max_completion_tokens',
      takesTemperature: false,
      minOutputTokens: 16,
    });
  });

  it.each([
    'gpt-4o-mini',
    'gpt-4.1',
    'gpt-35-turbo',
    'gpt-3.5-turbo',
    'chatgpt-4o-latest',
    'ft:gpt-4o-mini-2024-07-18:acme::o3',
    'azure/gpt-4o',
    'gpt-oss-120b',
    'my-reasoner',
    'o3x',
    'anthropic/claude-opus-5',
    'accounts/fireworks/models/llama-v3p1-8b-instruct',
  ])('another model takes a temperature and max_tokens: %s', (model) => {
    expect(textCapabilitiesOf(model)).toMatchObject({ tokenLimitField: 'max_tokens', takesTemperature: true });
  });

  it('gpt-5-chat takes a temperature', () => {
    expect(textCapabilitiesOf('gpt-5-chat-latest').takesTemperature).toBe(true);
  });

  it('embeddings of the third generation take dimensions, also behind a prefix; others do not', () => {
    expect(embeddingCapabilitiesOf('azure/text-embedding-3-small')).toEqual({
      dimensions: { from: 1, to: 1536 },
      takesDimensions: true,
    });
    expect(embeddingCapabilitiesOf('text-embedding-ada-002').takesDimensions).toBe(false);
    expect(embeddingCapabilitiesOf('my-embedder')).toMatchObject({ takesDimensions: false });
  });
});

import { readPath } from '@batchmill/documents';
import type { Usage } from '@batchmill/models';

/**
 * The billed tokens in the body of a response. Chat and embeddings report `prompt_tokens` and `completion_tokens`, responses
 * `input_tokens` and `output_tokens` (https://platform.openai.com/docs/guides/prompt-caching tells of the cache).
 */
export function usageOf(body: unknown): Usage {
  const usage = readPath(body, 'usage');
  const tier = readPath(body, 'service_tier');
  const details = readPath(usage, 'prompt_tokens_details') ?? readPath(usage, 'input_tokens_details');
  const inputTokens = tokens(readPath(usage, 'prompt_tokens') ?? readPath(usage, 'input_tokens'));
  const cachedTokens = Math.min(inputTokens, tokens(readPath(details, 'cached_tokens')));
  const cacheWriteTokens = Math.min(inputTokens - cachedTokens, tokens(readPath(details, 'cache_write_tokens')));
  return {
    inputTokens,
    outputTokens: tokens(readPath(usage, 'completion_tokens') ?? readPath(usage, 'output_tokens')),
    ...(cachedTokens > 0 && { cachedTokens }),
    ...(cacheWriteTokens > 0 && { cacheWriteTokens }),
    ...(typeof tier === 'string' && !usualTiers.includes(tier) && { otherTier: tier }),
  };
}

/** Answers in a batch are `default` or name the batch: https://platform.openai.com/docs/api-reference/chat/object */
const usualTiers = ['', 'auto', 'batch', 'default', 'standard'];

function tokens(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

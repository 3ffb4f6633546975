import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/**
 * https://www.alibabacloud.com/help/en/model-studio/batch-interfaces-compatible-with-openai: files of 500 MB, 24 to 336 hours,
 * embeddings and chat, 1,000 batches of an account at work. The words are those of its page of error codes.
 */
export const alibaba: ProviderBehaviour = {
  ...openai,
  basePath: '/compatible-mode/v1',
  limits: { maxBatchFileBytes: 500_000_000, maxEmbeddingInputsPerBatch: Infinity, maxActiveBatches: 1_000 },
  completionWindows: { from: '24h', to: '336h' },
  endpoints: ['/v1/embeddings', '/v1/chat/completions'],
  outputExpiry: null,
  models: 'none',
  tooManyBatches: {
    status: 429,
    code: 'Throttling.RateQuota',
    message: 'Requests rate limit exceeded, please try again later.',
  },
};

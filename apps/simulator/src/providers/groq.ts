import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/** https://console.groq.com/docs/batch: chat alone, 24 hours to 7 days, pages by `paging.next_cursor`, errors as a list alone. */
export const groq: ProviderBehaviour = {
  ...openai,
  basePath: '/openai/v1',
  limits: { maxBatchFileBytes: 200_000_000, maxEmbeddingInputsPerBatch: Infinity },
  completionWindows: { from: '24h', to: '7d' },
  endpoints: ['/v1/chat/completions'],
  batchPaging: 'cursor',
  outputExpiry: null,
  files: { noStatus: true },
  batches: { errorsAs: 'list' },
};

import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/**
 * https://novita.ai/docs/guides/llm-batch-api: states in capitals with PROGRESS for work in progress, times as ISO 8601 with
 * nanoseconds and a zone, empty texts in place of null, files of 100 MB without a status. Its create call names no metadata.
 */
export const novita: ProviderBehaviour = {
  ...openai,
  basePath: '/openai/v1',
  limits: { maxBatchFileBytes: 100_000_000, maxEmbeddingInputsPerBatch: Infinity },
  completionWindows: ['24h', '48h'],
  endpoints: ['/v1/chat/completions'],
  keepsMetadata: false,
  outputExpiry: null,
  files: { noStatus: true },
  batches: { upperCase: true, ownState: 'progress', emptyIds: true, times: 'zoned', errorsAs: 'text' },
  tooManyBatches: { status: 429, code: null, message: 'Rate limit exceeded' },
};

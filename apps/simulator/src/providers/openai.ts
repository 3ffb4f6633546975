import type { ProviderBehaviour } from './provider-behaviour.js';

/** https://platform.openai.com/docs/api-reference/batch, and the guides "Batch API" and "Error codes". */
export const openai: ProviderBehaviour = {
  basePath: '/v1',
  limits: {},
  completionWindows: ['24h'],
  endpoints: ['/v1/embeddings', '/v1/chat/completions', '/v1/responses'],
  batchPaging: 'after',
  keepsMetadata: true,
  outputExpiry: { from: 3_600, to: 2_592_000 },
  models: 'names',
  filePendingSeconds: 0,
  files: {},
  batches: {},
  queueIsFull: 'as-failed-batch',
  tooManyBatches: { status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached for batches.' },
};

import type { ProviderProfile } from './provider-profile.js';

const dayMs = 86_400_000;

/**
 * Azure OpenAI, at its v1 API. A file is `pending` for about a minute after its upload. Batches are cancelled by their owner only.
 * A full queue is said by the create call, in the regions that "fail fast", or by a failed batch. Its list of models has the base
 * models, whereas requests name deployments. Results are kept for 14 to 30 days when that is asked for; otherwise they count
 * against the 500 files of a resource until they are deleted.
 */
export const azure = {
  name: 'azure',
  title: 'Azure OpenAI',
  sources: [
    'https://learn.microsoft.com/azure/ai-services/openai/how-to/batch',
    'https://learn.microsoft.com/azure/foundry/reference/rest/batches-create-batch',
    'https://learn.microsoft.com/azure/ai-services/openai/reference',
    'https://github.com/openai/openai-dotnet/issues/312',
  ],
  hosts: ['*.azure.com', '*.azure.us', '*.azure.cn', '*.azure-api.net'],
  baseUrl: 'https://my-resource.openai.azure.com/openai/v1',
  limits: { maxRequests: 100_000, maxFileBytes: 209_715_200, maxInputs: 50_000 },
  completionWindows: ['24h'],
  defaultCompletionWindow: '24h',
  batchesExpire: false,
  endpoints: ['/v1/embeddings', '/v1/chat/completions', '/v1/responses'],
  batchPaging: 'after',
  keepsMetadata: true,
  resultsExpiry: { fromMs: 14 * dayMs, toMs: 30 * dayMs },
  listsModels: false,
  states: {},
  filePendingMs: 3_600_000,
  queueWords: [
    { codes: ['EnqueuedTokenLimitExceeded'], message: /number of enqueued tokens has surpassed/i, unit: 'tokens' },
  ],
  batchRate: 0.5,
  priceKey: 'azure',
} as const satisfies ProviderProfile;

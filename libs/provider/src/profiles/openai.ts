import type { ProviderProfile } from './provider-profile.js';

const dayMs = 86_400_000;

/** OpenAI, also at its regional addresses. The limit of bytes is the one in the message of the server's error. */
export const openai = {
  name: 'openai',
  title: 'OpenAI',
  sources: [
    'https://platform.openai.com/docs/guides/batch',
    'https://platform.openai.com/docs/api-reference/batch',
    'https://platform.openai.com/docs/guides/error-codes',
  ],
  hosts: ['api.openai.com', '*.api.openai.com'],
  baseUrl: 'https://api.openai.com/v1',
  limits: { maxRequests: 50_000, maxFileBytes: 209_715_200, maxInputs: 50_000 },
  completionWindows: ['24h'],
  defaultCompletionWindow: '24h',
  batchesExpire: true,
  endpoints: ['/v1/embeddings', '/v1/chat/completions', '/v1/responses'],
  batchPaging: 'after',
  keepsMetadata: true,
  resultsExpiry: { fromMs: 3_600_000, toMs: 30 * dayMs },
  listsModels: true,
  states: {},
  filePendingMs: 3_600_000,
  queueWords: [
    { codes: ['request_limit_exceeded'], message: /enqueued (?:\w+ )?requests?\b/i, unit: 'requests' },
    { codes: ['token_limit_exceeded'], message: /enqueued tokens?\b/i, unit: 'tokens' },
  ],
  batchRate: 0.5,
  priceKey: 'openai',
} as const satisfies ProviderProfile;

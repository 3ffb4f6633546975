import type { ProviderProfile } from './provider-profile.js';

/**
 * Novita AI. States are in capitals, with `PROGRESS` for work in progress. Times are ISO 8601 with a zone, an empty text stands for
 * a file that is not there and for no errors, and files have no status. The reference of its create call names no metadata. Its
 * pages name 24h for the completion window, those of 2025 named 48h.
 */
export const novita = {
  name: 'novita',
  title: 'Novita AI',
  sources: [
    'https://novita.ai/docs/guides/llm-batch-api',
    'https://novita.ai/docs/api-reference/model-apis-llm-create-batch',
    'https://novita.ai/docs/api-reference/model-apis-llm-list-batches',
  ],
  hosts: ['api.novita.ai'],
  baseUrl: 'https://api.novita.ai/openai/v1',
  limits: { maxRequests: 50_000, maxFileBytes: 100_000_000, maxInputs: Infinity },
  completionWindows: ['24h', '48h'],
  defaultCompletionWindow: '24h',
  batchesExpire: true,
  endpoints: ['/v1/chat/completions'],
  batchPaging: 'after',
  keepsMetadata: false,
  resultsExpiry: null,
  listsModels: true,
  states: { progress: 'in_progress' },
  filePendingMs: 3_600_000,
  queueWords: [],
  batchRate: null,
  priceKey: 'novita',
} as const satisfies ProviderProfile;

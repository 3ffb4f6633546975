import type { ProviderProfile } from './provider-profile.js';

/**
 * Groq. Of the requests that Batchmill makes it batches chat alone. Its list of batches has pages by `paging.next_cursor`: `after`
 * would give the first page again. Errors of a batch are a list alone, and files have no status.
 */
export const groq = {
  name: 'groq',
  title: 'Groq',
  sources: ['https://console.groq.com/docs/batch', 'https://console.groq.com/docs/api-reference#batches'],
  hosts: ['api.groq.com'],
  baseUrl: 'https://api.groq.com/openai/v1',
  limits: { maxRequests: 50_000, maxFileBytes: 200_000_000, maxInputs: Infinity },
  completionWindows: { from: '24h', to: '7d' },
  defaultCompletionWindow: '24h',
  batchesExpire: true,
  endpoints: ['/v1/chat/completions'],
  batchPaging: 'cursor',
  keepsMetadata: true,
  resultsExpiry: null,
  listsModels: true,
  states: {},
  filePendingMs: 3_600_000,
  queueWords: [],
  batchRate: 0.5,
  priceKey: 'groq',
} as const satisfies ProviderProfile;

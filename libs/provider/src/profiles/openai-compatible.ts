import { openai } from './openai.js';
import type { ProviderProfile } from './provider-profile.js';

/**
 * Any other server with OpenAI's API. It is taken to have OpenAI's limits and to offer everything; nothing is sent that a server
 * may not know. A call that it lacks is answered with a refusal, and nothing is paid.
 */
export const openaiCompatible = {
  ...openai,
  name: 'openai-compatible',
  title: 'a server compatible with OpenAI',
  sources: [],
  hosts: [],
  baseUrl: null,
  completionWindows: null,
  resultsExpiry: null,
  queueWords: [
    {
      codes: ['batch_limit_exceeded'],
      message: /too many (?:active|concurrent|pending|running|in[-_ ]progress) batch/i,
      unit: null,
    },
  ],
  // Gateways sell models of OpenAI under their names. Other models have no price in that list.
  priceKey: 'openai',
} as const satisfies ProviderProfile;

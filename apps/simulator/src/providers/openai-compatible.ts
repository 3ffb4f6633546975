import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/** A server with OpenAI's API that does not know its newer fields. */
export const openaiCompatible: ProviderBehaviour = { ...openai, outputExpiry: null };

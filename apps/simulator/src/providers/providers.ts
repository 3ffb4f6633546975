import { alibaba } from './alibaba.js';
import { azure } from './azure.js';
import { groq } from './groq.js';
import { novita } from './novita.js';
import { openaiCompatible } from './openai-compatible.js';
import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/** The servers that the simulator can behave like, by name. */
export const providers = {
  openai,
  azure,
  groq,
  novita,
  alibaba,
  'openai-compatible': openaiCompatible,
} as const satisfies Record<string, ProviderBehaviour>;

export type SimulatedProviderName = keyof typeof providers;

export function isSimulatedProviderName(name: unknown): name is SimulatedProviderName {
  return typeof name === 'string' && Object.hasOwn(providers, name);
}

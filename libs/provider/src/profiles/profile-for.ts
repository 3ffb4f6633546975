import { openaiCompatible } from './openai-compatible.js';
import { openai } from './openai.js';
import type { ProviderProfile } from './provider-profile.js';
import { providerProfiles } from './provider-profiles.js';

/**
 * The profile of that name, else the one whose hosts the URL has, else the one of any compatible server. `simulated` is OpenAI's: the
 * simulator behaves like it.
 */
export function profileFor(baseUrl: string, name: string | null = null): ProviderProfile {
  const named = providerProfiles.find((profile) => profile.name === name);
  if (named !== undefined) return named;
  if (baseUrl === 'simulated') return openai;
  const host = URL.parse(baseUrl)?.hostname ?? '';
  return providerProfiles.find(({ hosts }) => hosts.some((each) => matches(each, host))) ?? openaiCompatible;
}

/** `*.azure.com` matches every host below `azure.com`. */
function matches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

import { alibaba } from './alibaba.js';
import { azure } from './azure.js';
import { groq } from './groq.js';
import { novita } from './novita.js';
import { openaiCompatible } from './openai-compatible.js';
import { openai } from './openai.js';
import type { ProviderProfile } from './provider-profile.js';

/** Every profile, in the order of the reference. A profile is added here and nowhere else. */
const known = [openai, azure, groq, novita, alibaba, openaiCompatible] as const;

export const providerProfiles: readonly ProviderProfile[] = known;

export type ProfileName = (typeof known)[number]['name'];

export const profileNames: readonly ProfileName[] = known.map(({ name }) => name);

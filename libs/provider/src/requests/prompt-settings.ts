import type { RequestUrl } from './rendered-request.js';

/** The settings of a request for a text, besides its prompts. */
export interface PromptSettings {
  readonly url: RequestUrl;
  readonly model: string;
  readonly temperature: number;
  /** Of the answer. */
  readonly maxTokens: number;
  /** The JSON schema of the answer; null when it may be any text. */
  readonly responseSchema: { readonly name: string; readonly schema: object } | null;
}

/** The rendered prompts of a request. */
export interface Prompts {
  readonly system: string | null;
  readonly user: string;
}

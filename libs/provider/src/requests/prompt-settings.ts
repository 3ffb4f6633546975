import type { RequestUrl } from './request-url.js';

/** What is asked of a model beside its prompts. */
export interface PromptSettings {
  readonly url: RequestUrl;
  readonly model: string;
  readonly temperature: number;
  /** Of an answer. */
  readonly maxTokens: number;
  /** What the answer is to be JSON of; null: it may be any text. */
  readonly responseSchema: { readonly name: string; readonly schema: object } | null;
}

import type { TokenLimitField } from '@batchmill/models';
import type { RequestUrl } from './rendered-request.js';

/** The settings of a request for a text, besides its prompts. */
export interface PromptSettings {
  readonly url: RequestUrl;
  readonly model: string;
  /** Null: none is sent. */
  readonly temperature: number | null;
  /** Of the answer. */
  readonly maxTokens: number;
  /** The field of `/v1/chat/completions` that holds `maxTokens`. */
  readonly tokenLimitField: TokenLimitField;
  /** The JSON schema of the answer; null when it may be any text. */
  readonly responseSchema: { readonly name: string; readonly schema: object } | null;
  /** Further fields of the body. They do not contain those that are made of the settings above. */
  readonly body: RequestFields;
}

/** Fields of a request's body that are sent as they are. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** The rendered prompts of a request. */
export interface Prompts {
  readonly system: string | null;
  readonly user: string;
}

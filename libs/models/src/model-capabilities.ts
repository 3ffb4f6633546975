import { baseModelOf } from './base-model.js';

/** Which fields a model takes in requests for texts. */
export interface TextCapabilities {
  /** The field of `/v1/chat/completions` that limits an answer. */
  readonly tokenLimitField: TokenLimitField;
  readonly takesTemperature: boolean;
  /** The least `max_output_tokens` of `/v1/responses`. */
  readonly minOutputTokens: number;
}

export const tokenLimitFields = ['max_tokens', 'max_completion_tokens'] as const;
export type TokenLimitField = (typeof tokenLimitFields)[number];

/** What an embedding model offers. */
export interface EmbeddingCapabilities {
  /** How many dimensions its vectors can have. */
  readonly dimensions: { readonly from: number; readonly to: number };
  /** False: it rejects the field `dimensions`. */
  readonly takesDimensions: boolean;
}

/**
 * Families of models by their names, the first that matches counts. The limits are those that the API states when it refuses a
 * request; https://platform.openai.com/docs/guides/reasoning tells which fields reasoning models do not take.
 */
const textFamilies: readonly (readonly [RegExp, TextCapabilities])[] = [
  [/^gpt-oss/, { tokenLimitField: 'max_tokens', takesTemperature: true, minOutputTokens: 1 }],
  [/^gpt-5-chat/, { tokenLimitField: 'max_completion_tokens', takesTemperature: true, minOutputTokens: 16 }],
  // o1, o3-mini, o4-mini, gpt-5, gpt-5.1, gpt-5-mini, gpt-6-…; not gpt-35, which is Azure's name of gpt-3.5.
  [
    /^(?:o\d+|gpt-(?:[5-9]|[12]\d)|codex)(?![a-z\d])/,
    { tokenLimitField: 'max_completion_tokens', takesTemperature: false, minOutputTokens: 16 },
  ],
  [/^(?:gpt|chatgpt)-/, { tokenLimitField: 'max_tokens', takesTemperature: true, minOutputTokens: 16 }],
];
const otherTexts: TextCapabilities = { tokenLimitField: 'max_tokens', takesTemperature: true, minOutputTokens: 1 };

/** https://platform.openai.com/docs/guides/embeddings: the third generation can be shortened, the second cannot. */
const embeddingFamilies: readonly (readonly [RegExp, EmbeddingCapabilities])[] = [
  [/^text-embedding-3-small/, { dimensions: { from: 1, to: 1536 }, takesDimensions: true }],
  [/^text-embedding-3-large/, { dimensions: { from: 1, to: 3072 }, takesDimensions: true }],
  [/^text-embedding-3-/, { dimensions: { from: 1, to: 32_768 }, takesDimensions: true }],
  [/^text-embedding-ada-002/, { dimensions: { from: 1536, to: 1536 }, takesDimensions: false }],
];
const otherEmbeddings: EmbeddingCapabilities = { dimensions: { from: 1, to: 32_768 }, takesDimensions: false };

/** Which fields a model takes, by its name. A name that tells nothing counts as a server's own model. */
export function textCapabilitiesOf(model: string): TextCapabilities {
  return familyOf(model, textFamilies) ?? otherTexts;
}

/** What an embedding model offers, by its name. Any number of dimensions for unknown models. */
export function embeddingCapabilitiesOf(model: string): EmbeddingCapabilities {
  return familyOf(model, embeddingFamilies) ?? otherEmbeddings;
}

function familyOf<T>(model: string, families: readonly (readonly [RegExp, T])[]): T | undefined {
  const name = baseModelOf(model);
  return families.find(([pattern]) => pattern.test(name))?.[1];
}

/** https://platform.openai.com/docs/guides/embeddings: the third generation can be shortened, the second cannot. */
const knownDimensions: Readonly<Record<string, { from: number; to: number }>> = {
  'text-embedding-3-small': { from: 1, to: 1536 },
  'text-embedding-3-large': { from: 1, to: 3072 },
  'text-embedding-ada-002': { from: 1536, to: 1536 },
};

/** How many dimensions the vectors of a model can have. Any number for unknown models. */
export function dimensionsOf(model: string): { from: number; to: number } {
  return knownDimensions[model] ?? { from: 1, to: 32_768 };
}

/** Reasoning models reject `temperature` and `max_tokens` (https://platform.openai.com/docs/guides/reasoning). */
export function isReasoningModel(model: string): boolean {
  return /^(?:o\d|gpt-5(?!.*-chat))/.test(model);
}

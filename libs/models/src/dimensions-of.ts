/** https://platform.openai.com/docs/guides/embeddings: the third generation can be shortened, the second cannot. */
const known: Readonly<Record<string, { from: number; to: number }>> = {
  'text-embedding-3-small': { from: 1, to: 1536 },
  'text-embedding-3-large': { from: 1, to: 3072 },
  'text-embedding-ada-002': { from: 1536, to: 1536 },
};

/** How many dimensions a model can be asked for; of models that are not known here, any number. */
export function dimensionsOf(model: string): { from: number; to: number } {
  return known[model] ?? { from: 1, to: 32_768 };
}

import type { FillingLimits } from '../../../batches/filling.js';

/** https://platform.openai.com/docs/guides/batch; the bytes are what the server's own message says. */
export const providerLimits = {
  maxRequests: 50_000,
  maxFileBytes: 209_715_200,
  /** Embedding inputs, summed over all lines. */
  maxInputs: 50_000,
} as const satisfies Partial<FillingLimits>;

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const maxEmbeddingTokens = 8192;

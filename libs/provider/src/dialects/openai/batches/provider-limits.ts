import type { BatchFileLimits } from '../../../batches/batch-file-size.js';

/** https://platform.openai.com/docs/guides/batch. `maxFileBytes` is from the message of the server's error. */
export const providerLimits = {
  maxRequests: 50_000,
  maxFileBytes: 209_715_200,
  /** Embedding inputs of all lines together. */
  maxInputs: 50_000,
} as const satisfies Partial<BatchFileLimits>;

/** Of one call: https://platform.openai.com/docs/api-reference/embeddings/create */
export const embeddingCallLimits = { maxInputs: 2_048, maxTokens: 300_000 } as const;

/** Of one input: https://platform.openai.com/docs/api-reference/embeddings/create */
export const maxEmbeddingTokens = 8192;

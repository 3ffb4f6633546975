/** The provider's limits. The defaults are OpenAI's own numbers (guide "Batch API", API reference "Files"). */
export interface Limits {
  /** One uploaded file. */
  readonly maxFileBytes: number;
  /** The input file of a batch. */
  readonly maxBatchFileBytes: number;
  readonly maxRequestsPerBatch: number;
  /** Inputs of embedding requests, summed over all lines of a batch. */
  readonly maxEmbeddingInputsPerBatch: number;
  readonly maxInputsPerRequest: number;
  readonly maxTokensPerInput: number;
  readonly maxTokensPerRequest: number;
  /** Batches created within one simulated hour. */
  readonly maxBatchesPerHour: number;
  /** Batches of an account that are not settled. */
  readonly maxActiveBatches: number;
  /** Enqueued embedding requests in all batches that are not settled. */
  readonly maxEnqueuedEmbeddingRequests: number;
  /** Enqueued prompt tokens of a model that `enqueuedTokenLimits` does not name. */
  readonly maxEnqueuedTokens: number;
  /** Of the synchronous endpoints, per account and model, by the simulated clock. */
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
}

export const defaultLimits: Limits = {
  maxFileBytes: 512 * 1024 * 1024,
  maxBatchFileBytes: 209_715_200,
  maxRequestsPerBatch: 50_000,
  maxEmbeddingInputsPerBatch: 50_000,
  maxInputsPerRequest: 2_048,
  maxTokensPerInput: 8_192,
  maxTokensPerRequest: 300_000,
  maxBatchesPerHour: 2_000,
  maxActiveBatches: Infinity,
  maxEnqueuedEmbeddingRequests: 1_000_000,
  maxEnqueuedTokens: 1_000_000_000,
  requestsPerMinute: Number.POSITIVE_INFINITY,
  tokensPerMinute: Number.POSITIVE_INFINITY,
};

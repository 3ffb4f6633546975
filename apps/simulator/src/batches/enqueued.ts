import type { ResolvedOptions } from '../options.js';
import type { Batch, BatchError } from './batch.js';

/** How many prompt tokens of a model may be enqueued. */
export function enqueuedTokenLimit(model: string, options: ResolvedOptions): number {
  return options.enqueuedTokenLimits[model] ?? options.limits.maxEnqueuedTokens;
}

/** Prompt tokens of a model in batches that are not settled. Most take none until they have passed validation. */
export function enqueuedTokens(active: Iterable<Batch>, model: string): number {
  let tokens = 0;
  for (const batch of active) if (batch.model === model) tokens += batch.enqueuedTokens;
  return tokens;
}

/** Enqueued embedding requests of all models. */
export function enqueuedEmbeddingRequests(active: Iterable<Batch>): number {
  let requests = 0;
  for (const batch of active) {
    if (isEnqueued(batch) && batch.endpoint === '/v1/embeddings') requests += batch.progress.total;
  }
  return requests;
}

/** The provider's own wording: clients learn the limit from it. */
export function tokenLimitError(model: string, limit: number): BatchError {
  return {
    code: 'token_limit_exceeded',
    message:
      `Enqueued token limit reached for ${model} in organization org-simulated. Limit: ` +
      `${limit.toLocaleString('en-US')} enqueued tokens. Please try again once some in_progress batches have been completed.`,
    param: null,
    line: null,
  };
}

export function requestLimitError(limit: number): BatchError {
  return {
    code: 'request_limit_exceeded',
    message:
      `Enqueued embedding requests limit reached in organization org-simulated. Limit: ` +
      `${limit.toLocaleString('en-US')} enqueued requests. Please try again once some in_progress batches have been completed.`,
    param: null,
    line: null,
  };
}

function isEnqueued(batch: Batch): boolean {
  return batch.times.in_progress !== undefined;
}

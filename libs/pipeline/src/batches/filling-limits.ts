import type { BatchFileLimits, FileLimits } from '@batchmill/provider';
import type { RunPlan } from '../plan/run-plan.js';

/** What the provider's refusals taught of a model. Null: not known. */
export interface LearnedLimits {
  readonly tokens: number | null;
  readonly requests: number | null;
  readonly fileBytes: number | null;
  readonly fileRequests: number | null;
}

export interface FillingLimits {
  /** By the index of the model: the provider's limits of one file, and those of the model's queue, as far as they are known. */
  readonly limitsOf: (model: number) => BatchFileLimits;
  /** Without what was learned. */
  readonly providerLimits: FileLimits;
}

/** The limits of a run's batch files. `learned`: by the index of the model; undefined: nothing is known of its queue. */
export function fillingLimits(
  { endpointPlan }: RunPlan,
  providerLimits: FileLimits,
  learned: readonly (LearnedLimits | undefined)[],
): FillingLimits {
  return {
    limitsOf: (model) => {
      const { tokens, requests, fileBytes, fileRequests } = learned[model] ?? nothingLearned;
      return {
        ...providerLimits,
        maxDocuments: endpointPlan.batchSize,
        maxTokens: tokens,
        maxFileBytes: Math.min(providerLimits.maxFileBytes, fileBytes ?? Infinity),
        maxRequests: Math.min(providerLimits.maxRequests, requests ?? Infinity, fileRequests ?? Infinity),
      };
    },
    providerLimits,
  };
}

const nothingLearned: LearnedLimits = { tokens: null, requests: null, fileBytes: null, fileRequests: null };

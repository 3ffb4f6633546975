import { providerLimits, type BatchFileLimits } from '@batchmill/provider';
import type { RunPlan } from '../plan/run-plan.js';

/** What the provider's refusals taught of a model. Null: not known. */
export interface LearnedLimits {
  readonly tokens: number | null;
  readonly requests: number | null;
  readonly fileBytes: number | null;
  readonly fileRequests: number | null;
}

/** The limits of one batch file: the provider's, and those of the model's queue, as far as they are known. */
export function batchFileLimits(
  { endpointPlan }: RunPlan,
  { tokens, requests, fileBytes, fileRequests }: LearnedLimits = nothingLearned,
): BatchFileLimits {
  return {
    maxDocuments: endpointPlan.batchSize,
    maxInputs: providerLimits.maxInputs,
    maxTokens: tokens,
    maxFileBytes: Math.min(providerLimits.maxFileBytes, fileBytes ?? Infinity),
    maxRequests: Math.min(providerLimits.maxRequests, requests ?? Infinity, fileRequests ?? Infinity),
  };
}

/** The same without what was learned. */
export function withoutLearned(limits: BatchFileLimits): BatchFileLimits {
  return { ...limits, ...providerLimits, maxTokens: null };
}

const nothingLearned: LearnedLimits = { tokens: null, requests: null, fileBytes: null, fileRequests: null };

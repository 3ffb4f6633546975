import type { Limits } from '../limits.js';
import type { Usage } from '../ledger/ledger.js';
import type { Model, ServiceTier } from './models.js';

/** One request's answer. */
export interface Performed {
  /** The body, as JSON. */
  readonly json: string;
  readonly model: Model;
  readonly usage: Usage;
  readonly serviceTier: ServiceTier;
}

export type Body = Readonly<Record<string, unknown>>;

/** What the processing of a request depends on. */
export interface PerformContext {
  readonly limits: Limits;
  /** Simulated unix seconds, written into answers. */
  readonly nowSeconds: number;
  /** Same for the same request: ids in the answer derive from it. */
  readonly requestHash: string;
  /** Answer with a refusal, if the endpoint has one. */
  readonly refuse: boolean;
  /** The share of a prompt that the cache of prompts holds, from 0 to 1. Default: none. */
  readonly cachedShare?: number;
  /** The tier that the answer names. Default: `default`. */
  readonly answeredTier?: string;
  /** Answer with half of a text, as if it were complete. */
  readonly halve?: boolean;
  /** A synchronous call may ask for a tier. A batch is none. */
  readonly hasTiers?: boolean;
}

/** How many tokens of a prompt the cache of prompts holds. */
export function cachedTokens(inputTokens: number, { cachedShare = 0 }: PerformContext): number {
  return Math.floor(inputTokens * cachedShare);
}

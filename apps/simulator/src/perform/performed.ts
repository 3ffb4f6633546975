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
  /** Answer with half of a text, as if it were complete. */
  readonly halve?: boolean;
  /** A synchronous call may ask for a tier. A batch is none. */
  readonly hasTiers?: boolean;
}

import type { Limits } from '../limits.js';
import type { Usage } from '../ledger/ledger.js';
import type { Model } from './models.js';

/** One request's answer. */
export interface Performed {
  /** The body, as JSON. */
  readonly json: string;
  readonly model: Model;
  readonly usage: Usage;
}

export type Body = Readonly<Record<string, unknown>>;

/** What a request is carried out with. */
export interface PerformContext {
  readonly limits: Limits;
  /** Simulated unix seconds, written into answers. */
  readonly nowSeconds: number;
  /** Same for the same request: ids in the answer are made of it. */
  readonly requestHash: string;
  /** Answer with a refusal, where the endpoint has such a thing. */
  readonly refuse: boolean;
  /** Answer with the half of a text, as if it were whole. */
  readonly halve?: boolean;
}

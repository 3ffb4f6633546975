/** Documents are summed over the run's claims; requests, tokens and cost over its batches. */
export interface RunTotals {
  readonly documents: DocumentCounts;
  readonly requests: number;
  readonly batches: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly cost: Cost;
}

export interface DocumentCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Left pending: the run was cancelled, or they had too many free retries. */
  readonly left: number;
  /** Deleted, or claimed by another run meanwhile. */
  readonly takenOver: number;
}

export interface Cost {
  readonly usd: number;
  readonly synchronousUsd: number;
  /** True when the price of a model is not known: the sums lack its cost. */
  readonly incomplete: boolean;
}

export const noDocuments: DocumentCounts = { succeeded: 0, failed: 0, left: 0, takenOver: 0 };
export const noCost: Cost = { usd: 0, synchronousUsd: 0, incomplete: false };

export function addDocuments(a: DocumentCounts, b: DocumentCounts): DocumentCounts {
  return {
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    left: a.left + b.left,
    takenOver: a.takenOver + b.takenOver,
  };
}

export function addCost(a: Cost, b: Cost): Cost {
  return {
    usd: a.usd + b.usd,
    synchronousUsd: a.synchronousUsd + b.synchronousUsd,
    incomplete: a.incomplete || b.incomplete,
  };
}

import type { NamedModel, PriceBook, PriceTier, Usage } from '@batchmill/models';

/** Documents are summed over the run's claims; requests, tokens and cost over its batches. */
export interface RunTotals {
  readonly documents: DocumentCounts;
  readonly requests: number;
  readonly batches: number;
  readonly tokens: { readonly input: number; readonly output: number };
  readonly cost: Cost;
}

/** Documents by what became of them. */
export interface DocumentCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Left pending: the run was cancelled, or they had too many free retries. */
  readonly left: number;
  /** Deleted, or claimed by another run meanwhile. */
  readonly takenOver: number;
}

/** In whole nano-dollars. `synchronousNanoUsd`: the cost of the same requests without the Batch API. */
export interface Cost {
  readonly nanoUsd: number;
  readonly synchronousNanoUsd: number;
  /** True when the price of a model is not known: the sums lack its cost. */
  readonly incomplete: boolean;
}

/**
 * The cost of one request, at the tier that its answer names, else at `tier`. `at`: when the provider took it. Incomplete when no
 * price is known for the model or the tier.
 */
export function requestCost(prices: PriceBook, model: NamedModel, usage: Usage, at: Date, tier: PriceTier): Cost {
  const { otherTier } = usage;
  if (otherTier !== undefined && otherTier !== 'flex') return { ...noCost, incomplete: true };
  return costAtTier(prices, model, usage, at, otherTier ?? tier);
}

/** What the tokens of one request cost at a tier, whatever tier its answer names. */
export function costAtTier(prices: PriceBook, model: NamedModel, usage: Usage, at: Date, tier: PriceTier): Cost {
  const nanoUsd = prices.costOf(model, usage, at, tier);
  const synchronousNanoUsd = prices.costOf(model, usage, at, 'standard');
  if (nanoUsd === null || synchronousNanoUsd === null) return { ...noCost, incomplete: true };
  return { nanoUsd, synchronousNanoUsd, incomplete: false };
}

/** Counts of zero. */
export const noDocuments: DocumentCounts = { succeeded: 0, failed: 0, left: 0, takenOver: 0 };
/** A cost of zero. */
export const noCost: Cost = { nanoUsd: 0, synchronousNanoUsd: 0, incomplete: false };

/** The sum of two counts. */
export function addDocuments(a: DocumentCounts, b: DocumentCounts): DocumentCounts {
  return {
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    left: a.left + b.left,
    takenOver: a.takenOver + b.takenOver,
  };
}

/** The sum of two costs, incomplete when one of them is. */
export function addCost(a: Cost, b: Cost): Cost {
  return {
    nanoUsd: a.nanoUsd + b.nanoUsd,
    synchronousNanoUsd: a.synchronousNanoUsd + b.synchronousNanoUsd,
    incomplete: a.incomplete || b.incomplete,
  };
}

/** A cost without a part of it. */
export function subtractCost(from: Cost, part: Cost): Cost {
  return {
    nanoUsd: from.nanoUsd - part.nanoUsd,
    synchronousNanoUsd: from.synchronousNanoUsd - part.synchronousNanoUsd,
    incomplete: from.incomplete || part.incomplete,
  };
}

/** An amount at three assumptions about the answers. */
export interface Range<T> {
  /** The inputs, and no answer. */
  readonly floor: T;
  /** The answers as long as earlier ones were, or a share of the most: see `ExpectedAnswers`. */
  readonly expected: T;
  /** What a spending limit reserves: every answer at its longest, and the input as the provider may count it. */
  readonly worst: T;
}

/** In whole nano-dollars; null when the price of a model is not known. */
export interface EstimatedCost {
  readonly nanoUsd: number | null;
  /** The same requests without the Batch API. */
  readonly synchronousNanoUsd: number | null;
}

export interface ModelEstimate {
  readonly model: string;
  readonly requests: number;
  readonly batches: number;
  /** As we count them: the provider may count up to 1 % more, and 16 per request. */
  readonly inputTokens: number;
  readonly expectedOutputTokens: number;
  readonly maxOutputTokens: number;
  readonly cost: Range<EstimatedCost>;
}

/** How long the answers of a function are taken to be. */
export interface ExpectedAnswers {
  readonly function: string;
  readonly model: string;
  readonly tokensPerRequest: number;
  /** earlier-runs: the average of this account's. share-of-max: nothing was answered yet. none: vectors have no tokens. */
  readonly basis: 'earlier-runs' | 'share-of-max' | 'none';
  /** The answers that the average is made of; 0 without earlier runs. */
  readonly answers: number;
}

/** Documents that cannot be asked, or not by all functions, for the same reason. */
export interface UnaskedDocuments {
  readonly code: string;
  /** Of the first of them. */
  readonly message: string;
  readonly documents: number;
}

/** What a run would send and cost. */
export interface Estimate extends Omit<ModelEstimate, 'model'> {
  readonly documents: number;
  /** The documents whose requests were made. Fewer than `documents`: all counts are extrapolated from these. */
  readonly sampled: number;
  /** Requests that are not sent, because the answer to an earlier one is kept. They are in no other count. */
  readonly reused: number;
  readonly models: readonly ModelEstimate[];
  readonly answers: readonly ExpectedAnswers[];
  /** The most first. */
  readonly unasked: readonly UnaskedDocuments[];
  /** Models with unknown prices, which make the sums in dollars null. */
  readonly unpriced: readonly string[];
}

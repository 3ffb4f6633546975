/** US dollars per million tokens, synchronously at the standard tier. */
export interface TokenPrices {
  readonly inputUsd: number;
  readonly outputUsd: number;
  /** Of input that was read from the provider's cache; missing: `inputUsd`. */
  readonly cachedInputUsd?: number;
  /** Of input that was written to the provider's cache; missing: `inputUsd`. */
  readonly cacheWriteUsd?: number;
}

/** The price of a model at a time. */
export interface ModelPrice extends TokenPrices {
  /** What all tokens of a request with a long prompt cost; missing: as any other. */
  readonly longContext?: TokenPrices & {
    /** The prompt has more tokens than this. */
    readonly aboveInputTokens: number;
  };
  /** The price in a batch as a fraction of these; missing: that of the provider. */
  readonly batchRate?: number;
  /** The same of the flex tier; missing: the model has none, or it costs what a batch costs. */
  readonly flexRate?: number;
}

/** A price in a file of prices, from a day on. */
export interface PriceEntry extends ModelPrice {
  readonly model: string;
  /** `YYYY-MM-DD`, UTC. */
  readonly from: string;
}

/** Billed tokens. */
export interface Usage {
  /** Every token of the prompt, those that were read from or written to the provider's cache included. */
  readonly inputTokens: number;
  /** Tokens that a model thinks in count as well. */
  readonly outputTokens: number;
  /** Of `inputTokens`, those that the provider read from its cache; missing: none. */
  readonly cachedTokens?: number;
  /** Of `inputTokens`, those that the provider wrote to its cache; missing: none. */
  readonly cacheWriteTokens?: number;
  /** Of several requests together, the most tokens of one of their prompts, which decides the price of long prompts. Missing: it is one. */
  readonly longestInput?: number;
  /** The provider's word for the tier at which it answered, where that is not the usual one; missing: it is. */
  readonly otherTier?: string;
}

/** The usage of a request that is not billed. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

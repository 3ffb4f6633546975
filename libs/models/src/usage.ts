/** Billed tokens. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The usage of a request that is not billed. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

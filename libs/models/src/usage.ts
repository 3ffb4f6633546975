/** Tokens that the provider bills. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A request without usage is not billed. */
export const noUsage: Usage = { inputTokens: 0, outputTokens: 0 };

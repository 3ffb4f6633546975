/** What a batch file holds, or what would be added to it. */
export interface Filling {
  readonly documents: number;
  readonly requests: number;
  readonly bytes: number;
  /** Embedding inputs. */
  readonly inputs: number;
  /** Tokens that count against the provider's queue. */
  readonly tokens: number;
}

export interface FillingLimits {
  readonly maxDocuments: number;
  readonly maxRequests: number;
  readonly maxFileBytes: number;
  readonly maxInputs: number;
  /** Null: not known yet. */
  readonly maxTokens: number | null;
}

export const emptyFilling: Filling = { documents: 0, requests: 0, bytes: 0, inputs: 0, tokens: 0 };

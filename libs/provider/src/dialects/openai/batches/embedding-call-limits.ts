/** Of one call: https://platform.openai.com/docs/api-reference/embeddings/create */
export const embeddingCallLimits = { maxInputs: 2_048, maxTokens: 300_000 } as const;

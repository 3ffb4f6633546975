/** https://platform.openai.com/docs/api-reference/embeddings/create */
export const maxEmbeddingTokens = 8192;

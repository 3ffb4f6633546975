interface EmbeddingSettings {
  readonly model: string;
  readonly dimensions: number;
}

/** https://platform.openai.com/docs/api-reference/embeddings/create */
export function embeddingBody(definition: EmbeddingSettings, text: string): Record<string, unknown> {
  return {
    model: definition.model,
    input: text,
    ...(definition.model.startsWith('text-embedding-3-') ? { dimensions: definition.dimensions } : {}),
    encoding_format: 'base64',
  };
}

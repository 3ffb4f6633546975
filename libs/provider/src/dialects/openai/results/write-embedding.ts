/** The body of an answer with one vector, as JSON: https://platform.openai.com/docs/api-reference/embeddings/object */
export function writeEmbedding(
  vector: Float32Array,
  { model, inputTokens }: { readonly model: string; readonly inputTokens: number },
): string {
  const embedding = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
  return JSON.stringify({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding }],
    model,
    usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
  });
}

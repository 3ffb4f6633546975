/** The embedding in the body of an answer, as the provider writes it; undefined or null: there is none. */
export function readEmbedding(body: unknown): unknown {
  // Whatever the body is, it is only looked at.
  return (body as { data?: { embedding?: unknown }[] } | null | undefined)?.data?.[0]?.embedding;
}

/** The embedding in the body of a response, as the provider encoded it; undefined or null when there is none. */
export function readEmbedding(body: unknown): unknown {
  // The body may be anything. It is only read.
  return (body as { data?: { embedding?: unknown }[] } | null | undefined)?.data?.[0]?.embedding;
}

/** Decodes a vector from base64 (little-endian float32) or from a list of numbers; null for anything else. */
export function readVector(embedding: unknown): Float32Array | null {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (!Array.isArray(embedding)) return null;
  if (!embedding.every((value) => typeof value === 'number')) return null;
  return Float32Array.from(embedding);
}

function fromBase64(text: string): Float32Array | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength % 4 !== 0) return null;
  // Short buffers are slices of Node's shared pool and may be unaligned. Copying them also releases the pool.
  const isOwn = bytes.byteOffset % 4 === 0 && bytes.buffer.byteLength === bytes.byteLength;
  const own = isOwn ? bytes : Uint8Array.from(bytes);
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength / 4);
}

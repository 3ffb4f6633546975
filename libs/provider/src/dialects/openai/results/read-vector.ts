/** A vector from base64 (little-endian float32) or from a list of numbers; null when it is neither. */
export function readVector(embedding: unknown): Float32Array | null {
  if (typeof embedding === 'string') return fromBase64(embedding);
  if (!Array.isArray(embedding)) return null;
  if (!embedding.every((value) => typeof value === 'number')) return null;
  return Float32Array.from(embedding);
}

function fromBase64(text: string): Float32Array | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength % 4 !== 0) return null;
  // Short ones lie in Node's shared pool, where they may begin anywhere: those are copied, and the pool is not kept alive.
  const isOwn = bytes.byteOffset % 4 === 0 && bytes.buffer.byteLength === bytes.byteLength;
  const own = isOwn ? bytes : Uint8Array.from(bytes);
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength / 4);
}

import { isPlainObject, readPath } from '@batchmill/documents';

/**
 * The embedding in the body of a response, as the provider encoded it; undefined or null when there is none. Servers that are
 * not OpenAI leave out the list or the object around it, or name the list `embeddings`.
 */
export function readEmbedding(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  const first = firstOf(readPath(body, 'data')) ?? firstOf(readPath(body, 'embeddings'));
  if (isPlainObject(first)) return first['embedding'] ?? first['values'] ?? first['float'];
  return first ?? readPath(body, 'embedding');
}

/** The first item of a list; or what was sent in place of a list. */
function firstOf(value: unknown): unknown {
  if (!Array.isArray(value)) return isPlainObject(value) ? (firstOf(value['float']) ?? value) : value;
  return typeof value[0] === 'number' ? value : (value[0] as unknown);
}

/**
 * Decodes a vector from base64 (little-endian float32), from a list of numbers, or from such a list as JSON or within another
 * list; null for anything else.
 */
export function readVector(embedding: unknown): Float32Array | null {
  if (typeof embedding === 'string') {
    return embedding.startsWith('[') ? fromList(parse(embedding)) : fromBase64(embedding);
  }
  return fromList(embedding);
}

function fromList(value: unknown): Float32Array | null {
  if (!Array.isArray(value)) return isPlainObject(value) && 'float' in value ? fromList(value['float']) : null;
  if (value.length === 1 && Array.isArray(value[0])) return fromList(value[0]);
  if (!value.every((item) => typeof item === 'number')) return null;
  return Float32Array.from(value);
}

function fromBase64(text: string): Float32Array | null {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength % 4 !== 0) return null;
  // Short buffers are slices of Node's shared pool and may be unaligned. Copying them also releases the pool.
  const isOwn = bytes.byteOffset % 4 === 0 && bytes.buffer.byteLength === bytes.byteLength;
  const own = isOwn ? bytes : Uint8Array.from(bytes);
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength / 4);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

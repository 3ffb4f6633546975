import { ProcessingError } from '@batchmill/contracts';
import type { ProviderErrorCode } from '../error-codes.js';
import { connectionError } from './call-error.js';

interface Embedding {
  readonly index: number;
  readonly embedding: unknown;
}

/** The vectors in the order of the texts, from base64 or from numbers. Throws when one is missing or has other dimensions. */
export function readEmbeddings(
  call: string,
  response: { readonly data: readonly Embedding[] },
  expected: { texts: number; dimensions: number },
): Float32Array[] {
  const data: readonly Embedding[] | undefined = (response as Partial<typeof response> | null | undefined)?.data;
  if (data?.length !== expected.texts) {
    const found = data === undefined ? 'no vectors' : `${data.length} vectors`;
    throw connectionError('provider.unexpected-response', `${call}: found ${found}, expected ${expected.texts}`);
  }
  return data
    .toSorted((one, other) => one.index - other.index)
    .map(({ embedding }) => {
      const vector = readVector(embedding);
      if (vector.length !== expected.dimensions || !vector.every(Number.isFinite)) {
        const code: ProviderErrorCode = 'provider.wrong-dimensions';
        const message = `${call}: found a vector of ${vector.length} dimensions, expected ${expected.dimensions} finite numbers`;
        throw new ProcessingError(code, message);
      }
      return vector;
    });
}

/**
 * Decodes base64 (little-endian float32), which we request though the SDK's types have numbers only, or a list of numbers. The
 * bytes are copied to be aligned. Anything else is a vector of no dimensions.
 */
function readVector(embedding: unknown): Float32Array {
  if (Array.isArray(embedding)) {
    return Float32Array.from(embedding, (value: unknown) => (typeof value === 'number' ? value : Number.NaN));
  }
  if (typeof embedding !== 'string') return new Float32Array(0);
  const bytes = Buffer.from(embedding, 'base64');
  return new Float32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength - (bytes.length % 4)),
  );
}

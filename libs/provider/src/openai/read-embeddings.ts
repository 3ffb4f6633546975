import { ProcessingError } from '@batchmill/contracts';
import type { ProviderErrorCode } from '../error-codes.js';
import { connectionError } from './errors-of-calls.js';

interface Embedding {
  readonly index: number;
  readonly embedding: unknown;
}

/** The vectors in the order of the texts, from base64 or from numbers. Throws when one is missing or not as asked. */
export function readEmbeddings(
  call: string,
  answer: { readonly data: readonly Embedding[] },
  asked: { texts: number; dimensions: number },
): Float32Array[] {
  const data: readonly Embedding[] | undefined = (answer as Partial<typeof answer> | null | undefined)?.data;
  if (data?.length !== asked.texts) {
    const found = data === undefined ? 'no vectors' : `${data.length} vectors`;
    throw connectionError('provider.odd-answer', `${call}: found ${found}, expected ${asked.texts}`);
  }
  return data
    .toSorted((one, other) => one.index - other.index)
    .map(({ embedding }) => {
      const vector = readVector(embedding);
      if (vector.length !== asked.dimensions || !vector.every(Number.isFinite)) {
        const code: ProviderErrorCode = 'provider.wrong-dimensions';
        const expected = `expected ${asked.dimensions} finite numbers`;
        throw new ProcessingError(code, `${call}: found a vector of ${vector.length} dimensions, ${expected}`);
      }
      return vector;
    });
}

/**
 * The SDK's types know numbers only; base64 is what we ask for. Little-endian float32, copied so that it is aligned.
 * What is neither is a vector of no dimensions.
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

import type { Usage } from '@batchmill/models';
import {
  notUnderstood,
  permanentFailure,
  readEmbedding,
  readVector,
  retryableFailure,
  type Classified,
} from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';

/** A wrong vector is not retried: a model embeds the same text in the same way, and is paid each time. */
export function classifyVector({ dimensions }: EmbeddingFunction, body: unknown, usage: Usage): Classified {
  const embedding = readEmbedding(body);
  if (embedding === undefined || embedding === null) {
    if (!isEmpty(body)) return notUnderstood('something other than embeddings', usage);
    return retryableFailure('provider.no-content', 'The provider answered without a vector', { usage });
  }
  const vector = readVector(embedding);
  if (vector === null) return notUnderstood('something other than a vector', usage);
  if (vector.length !== dimensions) {
    return invalid(`The vector has ${vector.length} dimensions, expected ${dimensions}`, usage);
  }
  if (!isFiniteVector(vector)) return invalid('The vector contains numbers that are not finite', usage);
  return { outcome: 'answered', answer: { kind: 'vector', vector }, usage };
}

function invalid(message: string, usage: Usage): Classified {
  return permanentFailure('provider.invalid-vector', message, { usage, isKept: true });
}

/** No body, or a list of embeddings that has none. */
function isEmpty(body: unknown): boolean {
  if (body === undefined || body === null) return true;
  const data = typeof body === 'object' && 'data' in body ? body.data : undefined;
  return Array.isArray(data) && (data[0] === undefined || data[0] === null);
}

function isFiniteVector(vector: Float32Array): boolean {
  // A finite number times 0 is 0, any other is NaN. One sum is faster than a test of each number.
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) * 0;
  return sum === 0;
}

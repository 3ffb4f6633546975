import type { Usage } from '@batchmill/models';
import { readEmbedding, readVector, retryableFailure, type Classified } from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';

export function classifyVector({ dimensions }: EmbeddingFunction, body: unknown, usage: Usage): Classified {
  const embedding = readEmbedding(body);
  if (embedding === undefined || embedding === null) {
    return retryableFailure('provider.no-content', 'The provider answered without a vector', { usage });
  }
  const vector = readVector(embedding);
  if (vector === null)
    return retryableFailure('provider.invalid-vector', 'The provider answered something other than a vector', {
      usage,
    });
  if (vector.length !== dimensions) {
    return retryableFailure(
      'provider.invalid-vector',
      `The vector has ${vector.length} dimensions, expected ${dimensions}`,
      { usage },
    );
  }
  if (!isFiniteVector(vector)) {
    return retryableFailure('provider.invalid-vector', 'The vector contains numbers that are not finite', { usage });
  }
  return { outcome: 'answered', answer: { kind: 'vector', vector }, usage };
}

function isFiniteVector(vector: Float32Array): boolean {
  // A finite number times 0 is 0, any other is NaN. One sum is faster than a test of each number.
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += (vector[at] ?? 0) * 0;
  return sum === 0;
}

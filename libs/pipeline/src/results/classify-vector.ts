import type { Usage } from '@batchmill/models';
import { readEmbedding, readVector, retry, type Classified } from '@batchmill/provider';
import type { EmbeddingFunction } from '../pipeline.js';
import { isFiniteVector } from './is-finite-vector.js';

export function classifyVector({ dimensions }: EmbeddingFunction, body: unknown, usage: Usage): Classified {
  const embedding = readEmbedding(body);
  if (embedding === undefined || embedding === null) {
    return retry('provider.no-content', 'The provider answered without a vector', { usage });
  }
  const vector = readVector(embedding);
  if (vector === null)
    return retry('provider.bad-vector', 'The provider answered something that is no vector', { usage });
  if (vector.length !== dimensions) {
    return retry('provider.bad-vector', `The vector has ${vector.length} dimensions, wanted ${dimensions}`, { usage });
  }
  if (!isFiniteVector(vector)) {
    return retry('provider.bad-vector', 'The vector holds numbers that are not finite', { usage });
  }
  return { outcome: 'answered', answer: { kind: 'vector', vector }, usage };
}

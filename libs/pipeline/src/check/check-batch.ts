import type { BatchOptions } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

const keys = ['batchSize', 'completionWindow', 'pollIntervalSeconds', 'maxRetries', 'codeTimeoutSeconds'];
export const batchSizeRange = { from: 1, to: 50_000 };

export function checkBatch({ problems, defaults }: CheckContext, definition: Section): BatchOptions {
  const section = Section.of(problems, 'batch', definition.get('batch') ?? {}, keys);
  const batchSizeOr = (fallback: number): number => Number(section.get('batchSize') ?? fallback);
  section.number('batchSize', { fallback: 1, ...batchSizeRange });
  return {
    batchSize: {
      embeddings: batchSizeOr(defaults.embeddingBatchSize),
      inference: batchSizeOr(defaults.inferenceBatchSize),
    },
    completionWindow: section.oneOf('completionWindow', ['24h'], defaults.completionWindow),
    pollIntervalMs:
      1000 * section.number('pollIntervalSeconds', { fallback: defaults.pollIntervalSeconds, from: 1, to: 86_400 }),
    maxRetries: section.number('maxRetries', { fallback: defaults.maxRetries, from: 0, to: 100 }),
    codeTimeoutMs: 1000 * section.number('codeTimeoutSeconds', { fallback: 30, from: 0.001, to: 600, whole: false }),
  };
}

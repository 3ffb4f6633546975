import { openai } from './openai.js';
import type { ProviderBehaviour } from './provider-behaviour.js';

/**
 * https://learn.microsoft.com/azure/ai-services/openai/how-to/batch: 100,000 requests, batches that go on after 24 hours, results
 * that are kept for 14 to 30 days, a create call that "fails fast" when the queue is full. Its list of models has the base models.
 */
export const azure: ProviderBehaviour = {
  ...openai,
  basePath: '/openai/v1',
  limits: { maxRequestsPerBatch: 100_000 },
  outputExpiry: { from: 1_209_600, to: 2_592_000 },
  models: 'base-models',
  filePendingSeconds: 60,
  batches: { emptyIds: true, neverExpires: true },
  queueIsFull: 'at-create',
};

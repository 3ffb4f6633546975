import type { PipelineDefaults } from '@batchmill/pipeline';
import type { Settings } from './settings.js';

/** What pipelines that do not say it themselves take from the settings. */
export function pipelineDefaultsOf({ requests, batches, documents }: Settings): PipelineDefaults {
  const { model, embeddingModel, temperature, maxTokens, dimensions, systemPrompt, userPrompt } = requests;
  const { batchSize, completionWindow, pollIntervalMs, maxRetries } = batches;
  const { collection } = documents;
  return {
    embeddingModel,
    temperature,
    maxTokens,
    dimensions,
    inferenceBatchSize: batchSize ?? 100,
    embeddingBatchSize: batchSize ?? 1000,
    completionWindow,
    pollIntervalSeconds: pollIntervalMs / 1000,
    maxRetries,
    ...(model !== null && { model }),
    ...(collection !== null && { collection }),
    ...(systemPrompt !== null && { systemPrompt }),
    ...(userPrompt !== null && { userPrompt }),
  };
}

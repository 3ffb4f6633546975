import { checkPipeline } from '../check/check-pipeline.js';
import type { PipelineDefaults } from '../check/pipeline-defaults.js';
import type { PipelineDefinition } from '../definition/pipeline-definition.js';
import type { Pipeline } from '../pipeline.js';

export const defaults: PipelineDefaults = {
  temperature: 0.1,
  maxTokens: 500,
  dimensions: 1536,
  inferenceBatchSize: 100,
  embeddingBatchSize: 1000,
  completionWindow: '24h',
  pollIntervalSeconds: 300,
  maxRetries: 3,
};

/** A checked pipeline with these files beside it. */
export function aPipeline(
  definition: Omit<PipelineDefinition, 'name' | 'source'> & Partial<Pick<PipelineDefinition, 'name' | 'source'>>,
  files: Readonly<Record<string, string>> = {},
): Pipeline {
  return checked({ name: 'a-pipeline', source: { collection: 'blocks' }, ...definition }, files);
}

/** Checks a definition of any shape. */
export function checked(
  definition: unknown,
  files: Readonly<Record<string, string>> = {},
  settings = defaults,
): Pipeline {
  return checkPipeline(definition, {
    file: 'a.pipeline.ts',
    defaults: settings,
    readPrompt: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('no such file');
      return text;
    },
  });
}

export const embeddingsOf = (text = 'text_content'): NonNullable<PipelineDefinition['embeddings']> => ({
  text,
  vectors: { collection: 'vectors' },
});

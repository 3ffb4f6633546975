import {
  Pipelines,
  checkPipeline,
  unknownPipeline,
  type Pipeline,
  type PipelineDefaults,
  type PipelineDefinition,
} from '@batchmill/pipeline';
import type { ProviderProfile } from '@batchmill/provider';

const defaults: PipelineDefaults = {
  temperature: 0.1,
  maxTokens: 500,
  dimensions: 1536,
  inferenceBatchSize: 100,
  embeddingBatchSize: 1000,
  completionWindow: '24h',
  pollIntervalSeconds: 1,
  maxRetries: 3,
};

/** Pipelines from definitions. `files` holds the texts of the files beside them, by path. */
export class KnownPipelines extends Pipelines {
  #pipelines: ReadonlyMap<string, Pipeline>;

  constructor(
    definitions: readonly PipelineDefinition[],
    files: Readonly<Record<string, string>> = {},
    private readonly provider?: ProviderProfile,
  ) {
    super();
    this.#pipelines = checked(definitions, files, provider);
  }

  /** What a restart with other definitions does. */
  replace(definitions: readonly PipelineDefinition[]): void {
    this.#pipelines = checked(definitions, {}, this.provider);
  }

  get(name: string): Pipeline {
    const pipeline = this.#pipelines.get(name);
    if (pipeline !== undefined) return pipeline;
    throw unknownPipeline(name, this.names(), 'this test');
  }

  names(): string[] {
    return [...this.#pipelines.keys()].sort();
  }
}

function checked(
  definitions: readonly PipelineDefinition[],
  files: Readonly<Record<string, string>>,
  provider?: ProviderProfile,
): ReadonlyMap<string, Pipeline> {
  const readPrompt = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error(`the test has no file ${path}`);
    return text;
  };
  const pipelines = definitions.map((definition) =>
    checkPipeline(definition, {
      file: `${definition.name}.pipeline.ts`,
      readPrompt,
      defaults: { ...defaults, ...(provider && { provider }) },
    }),
  );
  return new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
}

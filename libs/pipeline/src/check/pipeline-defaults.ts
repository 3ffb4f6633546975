import type { CompletionWindow } from '@batchmill/contracts';
import type { ProviderProfile } from '@batchmill/provider';

/** Defaults from the settings, for what a definition leaves out. */
export interface PipelineDefaults {
  /** Whose windows and limits a definition must keep. Default: nothing is known of the provider. */
  readonly provider?: ProviderProfile;
  /** `gpt-4o-mini` */
  readonly model?: string;
  /** `text-embedding-3-small` */
  readonly embeddingModel?: string;
  /** By the name of a model, the model that it stands for. */
  readonly baseModels?: Readonly<Record<string, string>>;
  readonly temperature: number;
  readonly maxTokens: number;
  readonly dimensions: number;
  /** Documents per batch file. */
  readonly inferenceBatchSize: number;
  readonly embeddingBatchSize: number;
  readonly completionWindow: CompletionWindow;
  readonly pollIntervalSeconds: number;
  readonly maxRetries: number;
  readonly collection?: string;
  readonly systemPrompt?: string;
  readonly userPrompt?: string;
}

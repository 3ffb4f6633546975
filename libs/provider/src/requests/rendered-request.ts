import type { DocumentError } from '@batchmill/contracts';

/** The provider's URL paths that a batch may use. */
export type RequestUrl = '/v1/embeddings' | '/v1/chat/completions' | '/v1/responses';

/** One line of a batch file, without its `custom_id`. */
export interface RenderedRequest {
  readonly function: string;
  readonly model: string;
  /** The model that `model` stands for. */
  readonly baseModel: string;
  readonly url: RequestUrl;
  readonly body: Readonly<Record<string, unknown>>;
  /** SHA-256 of the text to embed, as base64url. Missing for prompts. */
  readonly textHash?: string;
  /** Embedding inputs; 0 for prompts. */
  readonly inputs: number;
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
}

export interface RenderFailure {
  readonly function: string;
  readonly error: DocumentError;
}

/** The requests of one document, and its functions that could not be rendered. */
export interface Rendering {
  readonly requests: readonly RenderedRequest[];
  readonly failures: readonly RenderFailure[];
}

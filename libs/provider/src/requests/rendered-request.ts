import type { DocumentError } from '@batchmill/contracts';
import type { RequestUrl } from './request-url.js';

/** One line of a batch file, but for its `custom_id`. */
export interface RenderedRequest {
  readonly function: string;
  readonly model: string;
  readonly url: RequestUrl;
  readonly body: Readonly<Record<string, unknown>>;
  /** Embedding inputs; 0 for anything else. */
  readonly inputs: number;
  readonly inputTokens: number;
  readonly maxOutputTokens: number;
}

export interface RenderFailure {
  readonly function: string;
  readonly error: DocumentError;
}

/** What became of one document. */
export interface Rendering {
  readonly requests: readonly RenderedRequest[];
  readonly failures: readonly RenderFailure[];
}

import type { Classified } from '@batchmill/pipeline';

/** What became of one function of one document. */
export interface Outcome {
  readonly documentId: unknown;
  readonly chunkId: string;
  readonly parentId: string;
  readonly function: string;
  readonly classified: Classified;
}

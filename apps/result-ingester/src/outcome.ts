import type { Classified } from '@batchmill/provider';

/** What became of one function of one document. */
export interface Outcome {
  readonly documentId: unknown;
  readonly chunkId: string;
  readonly parentId: string;
  readonly function: string;
  readonly classified: Classified;
}

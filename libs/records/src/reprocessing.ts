/** Takes the answers that a batch keeps through the pipeline once more. What `part` and `offset` point to is not done yet. */
export interface Reprocessing {
  /** answers: they are written. count: what became of them is counted. end: everything is stored. */
  readonly part: 'answers' | 'count' | 'end';
  /** Bytes of the kept lines. */
  readonly offset: number;
  /** Requests whose kept answer was used, by this reprocessing or an earlier one. */
  readonly requests: number;
  /** Documents that were completed with such an answer. */
  readonly documents: number;
  /** Requests that still lack an answer, and whose kept one cannot be used. */
  readonly unusable: number;
  /** The first reason: code and message, never contents. */
  readonly firstError: string | null;
  /** The blob of the archive of the kept answers that can be read; null without them, and for embeddings. */
  readonly archive: string | null;
  readonly endedAt: Date | null;
}

/** A reprocessing of which nothing is done yet. */
export const notReprocessed: Reprocessing = {
  part: 'answers',
  offset: 0,
  requests: 0,
  documents: 0,
  unusable: 0,
  firstError: null,
  archive: null,
  endedAt: null,
};

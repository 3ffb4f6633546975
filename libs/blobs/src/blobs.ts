export interface Blob {
  /** Random; never used again for other content. */
  readonly name: string;
  readonly bytes: number;
}

/**
 * Files that are written once, whole, under a random name, and never overwritten. Records name them.
 * Nothing is ever held in memory as a whole. A store that is away makes every method reject with a ConnectionError.
 */
export abstract class Blobs {
  /**
   * Writes the content and resolves when it is durable. When the content throws, or the process dies before that,
   * no blob of that name is to be seen. `suffix` is for people: `.jsonl`.
   */
  abstract write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob>;

  /** Streams the bytes from `offset` on. Rejects with a ProcessingError `blobs.missing` when there is none of that name. */
  abstract read(name: string, offset?: number): AsyncIterable<Uint8Array>;

  /** Where a person finds the blob: a path or a URL. */
  abstract placeOf(name: string): string;

  /** A blob that is not there is deleted already. */
  abstract delete(name: string): Promise<void>;

  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

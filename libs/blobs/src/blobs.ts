export interface Blob {
  /** Random; never reused for other content. */
  readonly name: string;
  readonly bytes: number;
}

/** A blob as it is listed. */
export interface StoredBlob extends Blob {
  readonly writtenAt: Date;
}

/**
 * Files that are written once, whole, under a random name, and never overwritten. Records name them.
 * No file is ever held in memory as a whole. Every method rejects with a ConnectionError while the store is unavailable.
 */
export abstract class Blobs {
  /**
   * Writes the content and resolves when it is durable. When the content throws, or the process dies before that,
   * no blob of that name becomes visible. `suffix` is for human readers: `.jsonl`.
   */
  abstract write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob>;

  /** Streams the bytes from `offset` on. Rejects with a ProcessingError `blobs.missing` when there is none of that name. */
  abstract read(name: string, offset?: number): AsyncIterable<Uint8Array>;

  /** Where a person finds the blob: a path or a URL. */
  abstract placeOf(name: string): string;

  /** How many bytes a blob has; null: there is none of that name. */
  abstract bytesOf(name: string): Promise<number | null>;

  /** Every blob that is visible, in no order. One that is written or deleted meanwhile may be missing. */
  abstract list(): AsyncIterable<StoredBlob>;

  /** Deleting a missing blob does nothing. */
  abstract delete(name: string): Promise<void>;

  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

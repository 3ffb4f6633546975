/** The provider's states, as `facts` of its API reference name them. */
export const providerStates = [
  'validating',
  'in_progress',
  'finalizing',
  'completed',
  'failed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export type ProviderState = (typeof providerStates)[number];

export interface ProviderBatch {
  readonly id: string;
  readonly state: ProviderState;
  /** `/v1/embeddings` */
  readonly endpoint: string;
  readonly inputFileId: string;
  /** Null as long as there is none; a batch whose every line failed never has one. */
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  /** The provider's clock. */
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  /** When it reached its present final state; null before. */
  readonly endedAt: Date | null;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
  readonly errors: readonly { readonly code: string; readonly message: string; readonly line: number | null }[];
  readonly metadata: Readonly<Record<string, string>>;
}

export interface UploadedFile {
  readonly id: string;
  /** The provider's clock. */
  readonly createdAt: Date;
}

export interface StoredFile extends UploadedFile {
  /** As it was uploaded. */
  readonly name: string;
}

export interface FileToUpload {
  readonly name: string;
  /** A stream of another length is given up before the provider has a file of it: ProcessingError. */
  readonly bytes: number;
  /** Called once per try: a stream cannot be read twice. */
  open(): AsyncIterable<Uint8Array>;
}

export interface BatchToCreate {
  readonly inputFileId: string;
  /** `/v1/embeddings` */
  readonly endpoint: string;
  readonly completionWindow: '24h';
  /** At most 16 pairs; values of at most 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The call is given up then, and its answer is unclear. */
  readonly deadline: Date;
}

export interface Embedded {
  readonly vectors: readonly Float32Array[];
  readonly inputTokens: number;
}

/**
 * The Files and Batches API. Three kinds of trouble:
 * ConnectionError or TimeoutError: no answer, or one that says nothing (5xx, 408, 409, 429); the call may have been carried
 * out.
 * RefusedError: the provider said no, definitely; nothing was carried out. Of `createBatch`, 429 is such a no.
 * Everything but `createBatch` is tried again by the adapter before it gives up.
 */
export abstract class Provider {
  /** Names the account without telling the key. Limits are learned per account and model. */
  abstract readonly account: string;

  abstract uploadFile(file: FileToUpload): Promise<UploadedFile>;

  /** A file that is not there is deleted already. */
  abstract deleteFile(fileId: string): Promise<void>;

  /** One call, never repeated: a second one would be a second, paid batch. */
  abstract createBatch(batch: BatchToCreate): Promise<ProviderBatch>;

  /** RefusedError with status 404 when the provider does not know it. */
  abstract retrieveBatch(providerBatchId: string): Promise<ProviderBatch>;

  /** The batch files that are there, newest first, paged. Result files are not among them. */
  abstract listInputFiles(): AsyncIterable<StoredFile>;

  /** Newest first, paged; ends with the first batch that was created before `since`. */
  abstract listBatches(since: Date): AsyncIterable<ProviderBatch>;

  /** Resolves with the batch as it is after the wish: cancelling takes a while. A settled batch is returned as it is. */
  abstract cancelBatch(providerBatchId: string): Promise<ProviderBatch>;

  /**
   * Streams a file's bytes. Rejects with a ConnectionError when the stream breaks off or ends short of its length;
   * begin again then.
   */
  abstract download(fileId: string): AsyncIterable<Uint8Array>;

  /** Synchronous, for search queries: at most 2,048 texts. */
  abstract embed(asked: { model: string; dimensions: number; texts: readonly string[] }): Promise<Embedded>;

  /** Resolves when the provider answers and takes the key. RefusedError 401 or 403: the key is refused. */
  abstract check(): Promise<void>;

  abstract close(): Promise<void>;
}

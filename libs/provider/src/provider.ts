import type { CompletionWindow } from '@batchmill/contracts';
import type { AccountInfo } from './account-info.js';
import type { ProviderState } from './batches/provider-states.js';
import type { ProviderProfile } from './profiles/provider-profile.js';
import type { RequestFields } from './requests/prompt-settings.js';
import type { EmbeddingsRequest, SynchronousRequest } from './requests/synchronous-request.js';
import type { EmbeddingsResult, SynchronousResult } from './results/synchronous-result.js';

/** Tokens of all billed requests of a batch (API reference, "The Batch object", `usage`). */
export interface BatchUsage {
  /** With those that were read from the cache. */
  readonly inputTokens: number;
  readonly cachedTokens: number;
  /** With those of the reasoning. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

export interface ProviderBatch {
  readonly id: string;
  /** `in_progress` too where the provider uses a word that we do not know: only a state that we know is settled. */
  readonly state: ProviderState;
  /** The provider's own word where we do not know it; null where we do. */
  readonly unknownState: string | null;
  /** `/v1/embeddings` */
  readonly endpoint: string;
  /** The model that works on it, mostly with its date. Null where the provider names none, as before it has validated the file. */
  readonly model: string | null;
  /** Null where the provider does not say it. */
  readonly inputFileId: string | null;
  /** Null until there is one. A batch whose requests all failed never has one. */
  readonly outputFileId: string | null;
  readonly errorFileId: string | null;
  /** By the provider's clock. The time at which it was read, where the provider names none. */
  readonly createdAt: Date;
  /** Null where the provider names none. A provider may work on a batch for longer (Azure). */
  readonly expiresAt: Date | null;
  /** When its requests began. Null before, and where the provider names none. */
  readonly inProgressAt: Date | null;
  /** When it reached its final state; null before. */
  readonly endedAt: Date | null;
  readonly counts: { readonly total: number; readonly completed: number; readonly failed: number };
  /** What is billed. Null where the provider does not say it, as before the batch has ended. */
  readonly usage: BatchUsage | null;
  readonly errors: readonly { readonly code: string; readonly message: string; readonly line: number | null }[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** True when the state of a provider batch is final. */
export function isSettled({ state }: ProviderBatch): boolean {
  return ['completed', 'failed', 'expired', 'cancelled'].includes(state);
}

/** Whether a batch can be created of a file. `error`: never. */
export type FileState = 'pending' | 'processed' | 'error';

export interface UploadedFile {
  readonly id: string;
  /** By the provider's clock. Null where the provider names no time, or one without a time zone. */
  readonly createdAt: Date | null;
  readonly state: FileState;
  /** Why its state is `error`, where the provider says it. */
  readonly reason: string | null;
}

export interface StoredFile extends UploadedFile {
  /** The name of the upload. The provider names result files itself. */
  readonly name: string;
  /** Null where the provider does not say it. */
  readonly bytes: number | null;
}

export interface FileToUpload {
  readonly name: string;
  /** The upload of a stream of another length fails with a ProcessingError before the provider stores a file. */
  readonly bytes: number;
  /** Called once per attempt, since a stream cannot be read twice. */
  open(): AsyncIterable<Uint8Array>;
}

export interface BatchToCreate {
  readonly inputFileId: string;
  /** `/v1/embeddings` */
  readonly endpoint: string;
  readonly completionWindow: CompletionWindow;
  /** At most 16 pairs; values of at most 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
  /** A call without an answer by then fails with a TimeoutError, and its outcome is unclear. */
  readonly deadline: Date;
}

export interface TextsToEmbed {
  readonly model: string;
  readonly dimensions: number;
  /** Default: what the model's name tells. */
  readonly takesDimensions?: boolean;
  /** Further fields of the request. Default: none. */
  readonly body?: RequestFields;
  readonly texts: readonly string[];
}

export interface Embedded {
  readonly vectors: readonly Float32Array[];
  readonly inputTokens: number;
}

/** The time that the provider named in an answer, and when the call was sent and answered by our clock. */
export interface ProviderTime {
  /** Whole seconds. Null: the answer names no time. */
  readonly theirs: Date | null;
  readonly sentAt: Date;
  readonly answeredAt: Date;
}

/**
 * The Files and Batches API. Its calls reject with:
 * - ConnectionError or TimeoutError: no answer, or one that does not tell the outcome (5xx, 408, 409, 429). The call may have
 *   been carried out.
 * - RateLimitedError, a ConnectionError: its turn in the rate limit that processes share comes too late. Nothing was sent. For
 *   `createBatch` this is a RefusedError about the moment, and its wait counts against the deadline.
 * - AccountRefusedError, a ConnectionError: the provider refuses the key, the account or the model. Nothing was carried out.
 * - RefusedError: the provider refused for another reason, and nothing was carried out. It says what the refusal is about. For
 *   `createBatch`, 429 is such a refusal.
 *
 * The adapter repeats every call but `createBatch` a few times before it rejects.
 */
export abstract class Provider {
  /** A name of the account that does not depend on the key. Limits are learned per account and model. */
  abstract readonly account: string;

  /** What this provider takes, and where it differs from others. */
  abstract readonly profile: ProviderProfile;

  /** The account of this key, as far as the settings and the responses so far tell. */
  abstract readonly accountInfo: AccountInfo;

  /** A provider may have to process the file first (Azure): it is `pending` then, and `retrieveFile` tells when that is over. */
  abstract uploadFile(file: FileToUpload): Promise<UploadedFile>;

  /** Rejects with a RefusedError of status 404 when the file does not exist. */
  abstract retrieveFile(fileId: string): Promise<UploadedFile>;

  /** False: the provider answers that this account has no such file. */
  abstract hasFile(fileId: string): Promise<boolean>;

  /** Resolves also when the file does not exist. */
  abstract deleteFile(fileId: string): Promise<void>;

  /** Sent once and never repeated: a second call would create, and bill, a second batch. */
  abstract createBatch(batch: BatchToCreate): Promise<ProviderBatch>;

  /** Rejects with a RefusedError of status 404 when the batch does not exist. */
  abstract retrieveBatch(providerBatchId: string): Promise<ProviderBatch>;

  /** The uploaded batch files, newest first, without result files. Read page by page. */
  abstract listInputFiles(): AsyncIterable<StoredFile>;

  /** The output and error files of batches, newest first, whoever created them. Read page by page. */
  abstract listResultFiles(): AsyncIterable<StoredFile>;

  /** The batches created since then, newest first. Read page by page. */
  abstract listBatches(since: Date): AsyncIterable<ProviderBatch>;

  /**
   * Resolves with the batch, which may still be `cancelling`. One that is settled is returned unchanged, and one that the
   * provider does not cancel as it is shown: in progress, where what it shows lags behind.
   */
  abstract cancelBatch(providerBatchId: string): Promise<ProviderBatch>;

  /**
   * Streams a file's bytes. Rejects with a ConnectionError when the connection breaks or the content is shorter than its length.
   * The caller must then start from the beginning.
   */
  abstract download(fileId: string): AsyncIterable<Uint8Array>;

  /** Embeds texts synchronously, for search queries, with the fields that the documents' requests have. At most 2,048 texts. */
  abstract embed(request: TextsToEmbed): Promise<Embedded>;

  /**
   * Sends one request now, at the synchronous price. A refusal of the request itself is an answer. Rejects where nothing was
   * carried out, with:
   * - AccountRefusedError, as other calls.
   * - TierRefusedError, a RefusedError: the tier that the body asks for has no resources.
   * - ConnectionError: the provider is not reached, limits the rate of calls (429) for longer, or the turn of this call comes
   *   after its deadline.
   * - TimeoutError: the deadline has passed before the call was sent.
   *
   * It is repeated within its deadline only where it was surely not carried out: 429, or no connection.
   */
  abstract answer(request: SynchronousRequest): Promise<SynchronousResult>;

  /**
   * The same for many inputs of requests for embeddings in one call: at most 2,048, of 8,192 tokens each and 300,000 together. Rejects with
   * a ValidationError when there are more, before anything is sent.
   */
  abstract answerEmbeddings(request: EmbeddingsRequest): Promise<EmbeddingsResult>;

  /** Resolves when the provider answers and accepts the key. Rejects with an AccountRefusedError when it refuses the key. */
  abstract check(): Promise<void>;

  /** The same, with the provider's clock. */
  abstract readTime(): Promise<ProviderTime>;

  /** The models that this account sees, as requests name them. Null: the provider has no list of them. */
  abstract listModels(): Promise<readonly string[] | null>;

  /** False: the provider answers that this account has no such model. For a name that is in no list, such as an alias. */
  abstract hasModel(model: string): Promise<boolean>;

  abstract close(): Promise<void>;
}

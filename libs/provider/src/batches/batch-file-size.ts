/** The size of a batch file, or of what would be added to it. */
export interface BatchFileSize {
  readonly documents: number;
  readonly requests: number;
  readonly bytes: number;
  /** Embedding inputs. */
  readonly inputs: number;
  /** Tokens that count against the provider's limit of enqueued tokens. */
  readonly tokens: number;
}

export interface BatchFileLimits {
  readonly maxDocuments: number;
  readonly maxRequests: number;
  readonly maxFileBytes: number;
  readonly maxInputs: number;
  /** Null while the limit is unknown. */
  readonly maxTokens: number | null;
}

/** What a provider takes in one batch file. `maxInputs` is Infinity where it has no limit of its own. */
export type FileLimits = Pick<BatchFileLimits, 'maxRequests' | 'maxFileBytes' | 'maxInputs'>;

export const emptyBatchFile: BatchFileSize = { documents: 0, requests: 0, bytes: 0, inputs: 0, tokens: 0 };

export function addSize(file: BatchFileSize, addition: BatchFileSize): BatchFileSize {
  return {
    documents: file.documents + addition.documents,
    requests: file.requests + addition.requests,
    bytes: file.bytes + addition.bytes,
    inputs: file.inputs + addition.inputs,
    tokens: file.tokens + addition.tokens,
  };
}

/** True when a file of this size stays within the limits with the addition. */
export function fitsBatchFile(file: BatchFileSize, addition: BatchFileSize, limits: BatchFileLimits): boolean {
  return (
    file.documents + addition.documents <= limits.maxDocuments &&
    file.requests + addition.requests <= limits.maxRequests &&
    file.bytes + addition.bytes <= limits.maxFileBytes &&
    file.inputs + addition.inputs <= limits.maxInputs &&
    (limits.maxTokens === null || file.tokens + addition.tokens <= limits.maxTokens)
  );
}

export {
  Provider,
  providerStates,
  type BatchToCreate,
  type Embedded,
  type FileToUpload,
  type ProviderBatch,
  type ProviderState,
  type StoredFile,
  type UploadedFile,
} from './provider.js';
export { describeAccount, isSameAccount, type AccountInfo } from './account-info.js';
export { isProviderError } from './is-provider-error.js';
export { RefusedError } from './refused-error.js';
export { providerErrorCodes, type ProviderErrorCode } from './error-codes.js';
export {
  addSize,
  emptyBatchFile,
  fitsBatchFile,
  type BatchFileLimits,
  type BatchFileSize,
} from './batches/batch-file-size.js';
export {
  classifyFailure,
  customId,
  embeddingBody,
  enqueuedTokenLimit,
  isFileGone,
  isQueueFull,
  maxEmbeddingTokens,
  parseResultLine,
  promptBody,
  providerLimits,
  readEmbedding,
  readPrompts,
  readText,
  readVector,
  requestLine,
  usageOf,
  type RequestPrompt,
} from './dialects/openai/index.js';
export type { Prompts } from './requests/prompt-settings.js';
export type { RenderFailure, RenderedRequest, Rendering } from './requests/rendered-request.js';
export {
  missingResult,
  permanentFailure,
  retryableFailure,
  type Answer,
  type Answered,
  type Classified,
} from './results/classified.js';
export type { ResultLine } from './results/result-line.js';

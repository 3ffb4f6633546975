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
export { RefusedError } from './refused-error.js';
export { providerErrorCodes, type ProviderErrorCode } from './error-codes.js';
export { addTo } from './batches/add-to.js';
export { emptyFilling, type Filling, type FillingLimits } from './batches/filling.js';
export { fits } from './batches/fits.js';
export {
  classifyTrouble,
  customId,
  embeddingBody,
  enqueuedTokenLimit,
  isFileGone,
  isQueueFull,
  maxEmbeddingTokens,
  parseResultLine,
  promptBody,
  promptsIn,
  providerLimits,
  readEmbedding,
  readText,
  readVector,
  requestLine,
  usageOf,
  type PromptIn,
} from './dialects/openai/index.js';
export type { Prompts } from './requests/prompts.js';
export type { RenderFailure, RenderedRequest, Rendering } from './requests/rendered-request.js';
export { fail, retry, type Answer, type Answered, type Classified } from './results/classified.js';
export { missingResult } from './results/missing-result.js';
export type { ResultLine } from './results/result-line.js';

export {
  Provider,
  isSettled,
  type BatchToCreate,
  type BatchUsage,
  type Embedded,
  type FileState,
  type FileToUpload,
  type ProviderBatch,
  type ProviderTime,
  type StoredFile,
  type TextsToEmbed,
  type UploadedFile,
} from './provider.js';
export { NoRateLimiter, RateLimiter, type GovernedCall, type Noted, type Patience } from './rates/rate-limiter.js';
export { RateLimitedError } from './rates/rate-limited-error.js';
export type { ShownRate, ShownRates } from './rates/shown-rates.js';
export { providerStates, type ProviderState } from './batches/provider-states.js';
export { allowsWindow, describeWindows, type CompletionWindows } from './profiles/completion-windows.js';
export type { ProviderProfile, QueueWords } from './profiles/provider-profile.js';
export { profileNames, providerProfiles, type ProfileName } from './profiles/provider-profiles.js';
export { profileFor } from './profiles/profile-for.js';
export { describeLimits } from './profiles/describe-limits.js';
export { ListedModels, type ModelListing } from './models/listed-models.js';
export { describeAccount, isSameAccount, type AccountInfo } from './account-info.js';
export { isProviderError } from './is-provider-error.js';
export type { AccountRefusal, QueueRefusal, Refusal, Said, SizeRefusal } from './refusal.js';
export {
  AccountRefusedError,
  RefusedError,
  TierRefusedError,
  accountRefusedCode,
  accountRemedies,
} from './refused-error.js';
export { providerErrorCodes, type ProviderErrorCode } from './error-codes.js';
export {
  addSize,
  emptyBatchFile,
  fitsBatchFile,
  type BatchFileLimits,
  type BatchFileSize,
  type FileLimits,
} from './batches/batch-file-size.js';
export { addWorstUsage, noWorstUsage, worstUsageOf } from './batches/worst-usage.js';
export {
  checkStrictSchema,
  classifyFailure,
  customId,
  embeddingBody,
  embeddingCallLimits,
  endedBatchIn,
  fieldsOfSettings,
  isBlankLine,
  limitedModelIn,
  maxEmbeddingTokens,
  parseResultLine,
  promptBody,
  readEmbedding,
  readPrompts,
  readText,
  readVector,
  refusalOf,
  requestLine,
  usageOf,
  withPlainText,
  writeEmbedding,
  writeResultLine,
  type RequestPrompt,
} from './dialects/openai/index.js';
export type { Prompts, RequestFields } from './requests/prompt-settings.js';
export { requestKey } from './requests/request-key.js';
export type { RenderFailure, RenderedRequest, Rendering } from './requests/rendered-request.js';
export {
  missingResult,
  notUnderstood,
  permanentFailure,
  retryableFailure,
  type Answer,
  type Answered,
  type Classified,
} from './results/classified.js';
export type { ResultLine } from './results/result-line.js';
export type { EmbeddingInput, EmbeddingsRequest, SynchronousRequest } from './requests/synchronous-request.js';
export type {
  EmbeddingsResult,
  SynchronousAnswer,
  SynchronousResult,
  UnclearCall,
} from './results/synchronous-result.js';

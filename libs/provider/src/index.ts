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

export { BatchSubmitter } from './batch-submitter.js';
export { BatchSubmitterModule } from './batch-submitter.module.js';
export { batchSubmitterErrorCodes, type BatchSubmitterErrorCode } from './error-codes.js';

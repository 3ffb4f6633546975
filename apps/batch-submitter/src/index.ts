export { BatchSubmitter } from './batch-submitter.js';
export { OrphanedBatches, type OrphanedProviderBatch } from './orphaned-batches.js';
export { OrphanedFiles, type OrphanedFile } from './orphaned-files.js';
export { markIn, metadataOf, type ProviderBatchMark } from './provider-batch-mark.js';
export { installationInFileName, readInputFileName, type InputFileName } from './input-file-name.js';
export { verdictOnInputFile, verdictOnProviderBatch, type OrphanVerdict } from './orphan-verdicts.js';
export { OrphanSweep } from './orphan-sweep.js';
export { BatchSubmitterModule } from './batch-submitter.module.js';
export { batchSubmitterErrorCodes, type BatchSubmitterErrorCode } from './error-codes.js';

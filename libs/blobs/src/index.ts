export { Blobs, type Blob } from './blobs.js';
export { blobsErrorCodes, type BlobsErrorCode } from './error-codes.js';

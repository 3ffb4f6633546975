export { Blobs, type Blob, type StoredBlob } from './blobs.js';
export { blobsErrorCodes, type BlobsErrorCode } from './error-codes.js';

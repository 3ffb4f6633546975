export { FolderBlobs, type FolderBlobsOptions } from './folder-blobs.js';

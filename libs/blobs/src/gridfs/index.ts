export { GridFsBlobs, type GridFsBlobsOptions } from './gridfs-blobs.js';

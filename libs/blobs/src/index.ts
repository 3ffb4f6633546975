export { Blobs, type Blob } from './blobs.js';

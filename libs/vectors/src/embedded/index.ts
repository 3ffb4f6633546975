export { EmbeddedVectors, type EmbeddedVectorsOptions } from './embedded-vectors.js';

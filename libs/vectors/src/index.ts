export { vectorsAdapters } from './adapters.js';
export {
  Vectors,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorQuery,
  type VectorRow,
  type VectorsServer,
} from './vectors.js';
export { checkCollection, checkQuery, checkRows } from './check-rows.js';
export { vectorsErrorCodes, type VectorsErrorCode } from './error-codes.js';

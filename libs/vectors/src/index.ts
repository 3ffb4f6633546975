export { vectorsAdapters } from './adapters.js';
export type { ComparedValue, Comparison, RowCondition } from './row-condition.js';
export {
  Vectors,
  type RowUpdate,
  type RowValue,
  type RowValueType,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorRow,
  type VectorsServer,
} from './vectors.js';
export { checkCollection, checkQuery, checkRows } from './check-rows.js';
export { vectorsErrorCodes, type VectorsErrorCode } from './error-codes.js';

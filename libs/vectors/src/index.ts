export { vectorsAdapters } from './adapters.js';
export type { ComparedValue, Comparison, RowCondition, RowValue } from './row-condition.js';
export {
  Vectors,
  type RowUpdate,
  type RowValueType,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorQuery,
  type VectorRow,
  type VectorsServer,
} from './vectors.js';
export { expectModelOfRows, modelOfRows } from './expect-model.js';
export { checkCollection, checkQuery, checkRows } from './check-rows.js';
export { vectorsErrorCodes, type VectorsErrorCode } from './error-codes.js';

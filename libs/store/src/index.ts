export {
  Collection,
  Store,
  isSamePlace,
  type BulkCounts,
  type BulkUpdate,
  type Fields,
  type Filter,
  type FindOptions,
  type IndexKeys,
  type Place,
  type Projection,
  type Sort,
  type Update,
  type UpdateCounts,
} from './store.js';
export { DuplicateKeyError } from './duplicate-key-error.js';
export { storeErrorCodes, type StoreErrorCode } from './error-codes.js';

export {
  Collection,
  Store,
  isSamePlace,
  storeRights,
  type BulkCounts,
  type BulkUpdate,
  type Fields,
  type Filter,
  type FindOptions,
  type IndexKeys,
  type NeededRight,
  type Place,
  type Projection,
  type Sort,
  type StoreRight,
  type StoreServer,
  type Update,
  type UpdateCounts,
} from './store.js';
export { DuplicateKeyError } from './duplicate-key-error.js';
export { storeErrorCodes, type StoreErrorCode } from './error-codes.js';

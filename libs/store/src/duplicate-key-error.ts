import { ProcessingError } from '@batchmill/contracts';

/** A document with that key exists already. */
export class DuplicateKeyError extends ProcessingError {
  constructor(collection: string, key: string, options?: { cause?: unknown }) {
    super('store.duplicate-key', `${collection}: a document with the key ${key} exists already`, options);
  }
}

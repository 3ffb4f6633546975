import { ProcessingError } from '@batchmill/contracts';
import { EJSON } from 'bson';
import { classNameOf } from './values/bracket.js';
import { hexOf } from './values/contents.js';

/** Errors of a request that is invalid or does not fit a document. */
export type RefusedCode = 'store.update-refused' | 'store.filter-refused' | 'store.insert-refused';

export function refuse(code: RefusedCode, message: string, cause?: unknown): never {
  throw new ProcessingError(code, message, cause === undefined ? undefined : { cause });
}

export function refuseFilter(message: string, cause?: unknown): never {
  refuse('store.filter-refused', message, cause);
}

export function refuseUpdate(message: string, cause?: unknown): never {
  refuse('store.update-refused', message, cause);
}

/** An id for a message, at most 100 characters long. */
export function describeId(id: unknown): string {
  const text =
    typeof id === 'object' && id !== null && classNameOf(id) === 'ObjectId'
      ? hexOf(id)
      : EJSON.stringify(id ?? null, { relaxed: true });
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** Describes a value for a message that must not contain it. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return 'null';
  }
  if (typeof value !== 'object') {
    return `a ${typeof value}`;
  }
  return Array.isArray(value) ? 'an array' : (classNameOf(value) ?? 'an object');
}

import { isPlainObject } from './is-plain-object.js';
import { ChangedValueError, readExtendedJson } from './read-extended-json.js';

/** A document of the user's collection, as it was read. */
export type SourceDocument = Readonly<Record<string, unknown>>;

/**
 * Reads a document from a line of JSON, plain or MongoDB's Extended JSON (`$oid`, `$date`). Null when it is not a document. Throws a
 * ChangedValueError when one of its values would be stored as another one.
 */
export function readDocument(line: string): SourceDocument | null {
  try {
    const value = readExtendedJson(line);
    return isPlainObject(value) ? value : null;
  } catch (error) {
    if (error instanceof ChangedValueError) throw error;
    return null;
  }
}

import { decodeId } from './encode-id.js';
import { isPlainObject } from './is-plain-object.js';

/** A document of the user's collection, as it was read. */
export type SourceDocument = Readonly<Record<string, unknown>>;

/** Reads a document from a line of JSON, plain or MongoDB's Extended JSON (`$oid`, `$date`). Null when it is not a document. */
export function readDocument(line: string): SourceDocument | null {
  try {
    const value = decodeId(line);
    return isPlainObject(value) ? value : null;
  } catch {
    return null;
  }
}

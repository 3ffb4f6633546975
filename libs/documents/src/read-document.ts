import { decodeId } from './decode-id.js';
import { isPlainObject } from './is-plain-object.js';
import type { SourceDocument } from './source-document.js';

/** A document from a line of JSON, plain or MongoDB's Extended JSON (`$oid`, `$date`). Null: it is none. */
export function readDocument(line: string): SourceDocument | null {
  try {
    const value = decodeId(line);
    return isPlainObject(value) ? value : null;
  } catch {
    return null;
  }
}

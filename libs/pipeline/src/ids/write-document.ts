import { EJSON } from 'bson';
import type { SourceDocument } from '../definition/source-document.js';

/** A document as a line of MongoDB's relaxed Extended JSON: what `readDocument` gives back is the same to the store. */
export function writeDocument(document: SourceDocument): string {
  return EJSON.stringify(document, { relaxed: true });
}

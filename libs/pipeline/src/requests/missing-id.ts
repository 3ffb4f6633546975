import { documentError, type DocumentError } from '@batchmill/contracts';
import { idText, readPath, type SourceDocument } from '@batchmill/documents';
import type { Source } from '../pipeline.js';

/** What the field of an id takes in every store. */
const maxIdBytes = 1_024;

/**
 * The error of a document whose vector could not be stored, because it has no id for `block_mongo_id` or `block_doc_id`, or one that is
 * too long; null when it has both.
 */
export function missingId({ chunkIdField, parentIdField }: Source, document: SourceDocument): DocumentError | null {
  for (const [key, field] of Object.entries({ chunkIdField, parentIdField })) {
    const bytes = Buffer.byteLength(idText(readPath(document, field)));
    if (bytes > maxIdBytes) {
      const message =
        `The id in the field "${field}" has ${bytes} bytes, of which its vector takes at most ${maxIdBytes}; ` +
        `shorten it, or set source.${key} in the pipeline to another field`;
      return documentError('ValidationError', 'document.id-too-long', message);
    }
    if (bytes > 0) continue;
    const message =
      `The document has no id in its field "${field}", which its vector needs; ` +
      `give it one, or set source.${key} in the pipeline to another field`;
    return documentError('ValidationError', 'document.id-missing', message);
  }
  return null;
}

import { documentError, type DocumentError } from '@batchmill/contracts';
import { idText, readPath, type SourceDocument } from '@batchmill/documents';
import type { Source } from '../pipeline.js';

/** The error of a document without an id for `block_mongo_id` or `block_doc_id`, whose vector could not be stored; null when it has both. */
export function missingId({ chunkIdField, parentIdField }: Source, document: SourceDocument): DocumentError | null {
  for (const [key, field] of Object.entries({ chunkIdField, parentIdField })) {
    if (idText(readPath(document, field)) !== '') continue;
    const message =
      `The document has no id in its field "${field}", which its vector needs; ` +
      `give it one, or set source.${key} in the pipeline to another field`;
    return documentError('ValidationError', 'document.id-missing', message);
  }
  return null;
}

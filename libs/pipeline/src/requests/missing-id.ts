import { documentError, type DocumentError } from '@batchmill/contracts';
import { idText, readPath, type SourceDocument } from '@batchmill/documents';
import type { Source } from '../pipeline.js';

/** Why the document's vector could not be stored: it says no id for `block_mongo_id` or `block_doc_id`. Null: it says both. */
export function missingId({ chunkIdField, parentIdField }: Source, document: SourceDocument): DocumentError | null {
  const settings = { chunkIdField, parentIdField };
  for (const [setting, field] of Object.entries(settings)) {
    if (idText(readPath(document, field)) !== '') continue;
    const message =
      `The document has no id in its field "${field}", and its vector is to be stored with it; ` +
      `give it one, or name another field as source.${setting} in the pipeline`;
    return documentError('ValidationError', 'document.id-missing', message);
  }
  return null;
}

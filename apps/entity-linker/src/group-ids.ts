import { encodeId, formsOfId, idText, readPath } from '@batchmill/documents';
import type { ArchivedDocument } from '@batchmill/records';
import type { Collection, Fields } from '@batchmill/store';

/** Where the ids of story groups are found. */
export interface GroupIdSource {
  readonly documents: Collection;
  /** The field of a document that holds the id of its group. */
  readonly field: string;
  /** The rows written so far, for documents that do not exist any more. */
  readonly rows: readonly Collection[];
}

/** The ids of the documents' story groups, in the type that the documents have now. By the encoded id of the document. */
export async function readGroupIds(
  answered: readonly ArchivedDocument[],
  source: GroupIdSource,
): Promise<ReadonlyMap<string, unknown>> {
  const { documents, field } = source;
  const ids = new Map<string, unknown>();
  const filter = { _id: { $in: answered.map(({ documentId }) => documentId) } };
  for await (const document of documents.find(filter, { projection: { [field]: 1 } })) {
    ids.set(encodeId(document['_id']), groupIdIn(document, field));
  }
  for (const one of answered) {
    const key = encodeId(one.documentId);
    if (!ids.has(key)) ids.set(key, await groupIdOfDeleted(one, source.rows));
  }
  return ids;
}

/** A document without a group is a group of its own. An id that cannot be an `_id` is turned into text. */
function groupIdIn(document: Fields, field: string): unknown {
  const id = readPath(document, field);
  if (idText(id) === '') return document['_id'];
  return Array.isArray(id) || id instanceof RegExp ? idText(id) : id;
}

/** The id of the row that has a part of the deleted document; without such a row, the text in the archive. */
async function groupIdOfDeleted(
  { documentId, parentId }: ArchivedDocument,
  rows: readonly Collection[],
): Promise<unknown> {
  if (parentId === '') return documentId;
  const filter = { _id: { $in: formsOfId(parentId) }, 'documents.document_id': documentId };
  for (const collection of rows) {
    const row = await collection.findOne(filter, { projection: { _id: 1 } });
    if (row !== null) return row['_id'];
  }
  return parentId;
}

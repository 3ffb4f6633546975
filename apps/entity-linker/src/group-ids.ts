import { encodeId, formsOfId, idText, readPath } from '@batchmill/documents';
import type { ArchivedDocument } from '@batchmill/records';
import type { Collection, Fields } from '@batchmill/store';

/** Where the ids of story groups stand. */
export interface GroupIdSource {
  readonly documents: Collection;
  /** The field of a document that names its group. */
  readonly field: string;
  /** What was written of groups so far: a document that is gone is found there. */
  readonly rows: readonly Collection[];
}

/** By document (its id encoded), the id of its story group with its own type, as the document has it now. */
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
    if (!ids.has(key)) ids.set(key, await groupIdOfGone(one, source.rows));
  }
  return ids;
}

/** One without a group is a group of its own. What cannot be an `_id` is one as text. */
function groupIdIn(document: Fields, field: string): unknown {
  const id = readPath(document, field);
  if (idText(id) === '') return document['_id'];
  return Array.isArray(id) || id instanceof RegExp ? idText(id) : id;
}

/** That of the row which holds what the document said; where there is none, the text that the archive has. */
async function groupIdOfGone(
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

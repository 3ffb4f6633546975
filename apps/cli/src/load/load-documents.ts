import { ProcessingError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import { DuplicateKeyError, type Collection, type Fields } from '@batchmill/store';

export interface Loaded {
  readonly added: number;
  /** Documents whose id was already stored. */
  readonly existing: number;
}

/**
 * What becomes of a document that is already stored. keep: it stays unchanged. replace: the one of the file takes its place, so that it
 * has the marks of that or none. update: the fields of the file are written into it, and others stay.
 */
export type Existing = 'keep' | 'replace' | 'update';

const documentsPerWrite = 500;

/**
 * Inserts the documents whose ids the collection does not have; `existing` says what becomes of the others. When the source throws, what it yielded before is stored, so
 * that the corrected file can be loaded again.
 */
export async function loadDocuments(
  collection: Collection,
  source: AsyncIterable<Fields>,
  existing: Existing,
  onLoaded: (loaded: Loaded) => void,
): Promise<void> {
  let loaded: Loaded = { added: 0, existing: 0 };
  let pending: Fields[] = [];
  const write = async (): Promise<void> => {
    if (existing === 'replace') await collection.replaceMany(pending);
    if (existing === 'update') await updateStored(collection, pending);
    const added = await insertMissing(collection, pending);
    loaded = { added: loaded.added + added, existing: loaded.existing + pending.length - added };
    pending = [];
    onLoaded(loaded);
  };
  try {
    for await (const document of source) {
      pending.push(document);
      if (pending.length >= documentsPerWrite) await write();
    }
  } finally {
    await write();
  }
}

async function updateStored(collection: Collection, documents: readonly Fields[]): Promise<void> {
  const updates = documents.flatMap(({ _id, ...fields }) =>
    Object.keys(fields).length === 0 ? [] : [{ filter: { _id }, update: { $set: fields } }],
  );
  const [refused] = (await collection.bulk(updates)).refused;
  if (refused !== undefined) throw new ProcessingError('store.update-refused', refused.message);
}

/** Returns how many were inserted. */
async function insertMissing(collection: Collection, documents: readonly Fields[]): Promise<number> {
  const ids = documents.map(({ _id }) => _id);
  const stored = new Set<string>();
  for await (const { _id } of collection.find({ _id: { $in: ids } }, { projection: { _id: 1 } })) {
    stored.add(encodeId(_id));
  }
  const missing = new Map<string, Fields>();
  for (const document of documents) {
    const id = encodeId(document['_id']);
    if (!stored.has(id) && !missing.has(id)) missing.set(id, document);
  }
  return insert(collection, [...missing.values()]);
}

/** Another process may load the same documents at the same time. Those that it inserted first are not counted here. */
async function insert(collection: Collection, documents: readonly Fields[]): Promise<number> {
  try {
    await collection.insertMany(documents);
    return documents.length;
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error;
    let inserted = 0;
    for (const document of documents) inserted += await insertOne(collection, document);
    return inserted;
  }
}

async function insertOne(collection: Collection, document: Fields): Promise<0 | 1> {
  try {
    await collection.insertOne(document);
    return 1;
  } catch (error) {
    if (error instanceof DuplicateKeyError) return 0;
    throw error;
  }
}

import { encodeId } from '@batchmill/documents';
import { DuplicateKeyError, type Collection, type Fields } from '@batchmill/store';

export interface Loaded {
  readonly added: number;
  /** Those whose id was there already: they stay as they are. */
  readonly there: number;
}

const documentsPerWrite = 500;

/**
 * Inserts the documents that the collection lacks, with their ids. What was read before the source throws is stored, so
 * that loading the mended file again goes on from there.
 */
export async function loadDocuments(
  collection: Collection,
  source: AsyncIterable<Fields>,
  onLoaded: (loaded: Loaded) => void,
): Promise<void> {
  let loaded: Loaded = { added: 0, there: 0 };
  let waiting: Fields[] = [];
  const write = async (): Promise<void> => {
    const added = await insertMissing(collection, waiting);
    loaded = { added: loaded.added + added, there: loaded.there + waiting.length - added };
    waiting = [];
    onLoaded(loaded);
  };
  try {
    for await (const document of source) {
      waiting.push(document);
      if (waiting.length >= documentsPerWrite) await write();
    }
  } finally {
    await write();
  }
}

/** How many were inserted. */
async function insertMissing(collection: Collection, documents: readonly Fields[]): Promise<number> {
  const ids = documents.map(({ _id }) => _id);
  const known = new Set<string>();
  for await (const { _id } of collection.find({ _id: { $in: ids } }, { projection: { _id: 1 } })) {
    known.add(encodeId(_id));
  }
  const missing = new Map<string, Fields>();
  for (const document of documents) {
    const id = encodeId(document['_id']);
    if (!known.has(id) && !missing.has(id)) missing.set(id, document);
  }
  return insert(collection, [...missing.values()]);
}

/** Another process may load the same meanwhile: what it was quicker with is not inserted here. */
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

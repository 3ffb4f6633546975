import { ProcessingError } from '@batchmill/contracts';
import {
  BSON,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoServerError,
  type Document,
  type Collection as DriversCollection,
} from 'mongodb';
import type { BulkCounts, BulkUpdate } from '../store.js';
import { checkFilter } from './check-filter.js';
import { idText } from './id-text.js';
import { writeErrorsOf } from './mongo-error.js';
import type { Run } from './run.js';
import { sentUpdate } from './sent-update.js';
import { troubleOf } from './server-codes.js';
import { withoutContents } from './without-contents.js';

interface Entry {
  readonly index: number;
  readonly write: {
    readonly updateOne: { readonly filter: Document; readonly update: Document; readonly upsert: boolean };
  };
}

type Refused = BulkCounts['refused'][number];

const maxWriteBytes = 16 * 1024 * 1024;

/**
 * One unordered bulk. Entries that the port refuses are not sent. If the server refuses an entry for a reason that is not
 * the entry's (it steps down, its disk is full), the whole bulk rejects: the document is not at fault.
 */
export async function runBulk(
  documents: DriversCollection,
  updates: readonly BulkUpdate[],
  run: Run,
): Promise<BulkCounts> {
  const { entries, refused } = checked(documents.collectionName, updates);
  if (entries.length === 0) return { matched: 0, modified: 0, refused };
  const sent = await run({ what: 'update' }, () => send(documents, entries));
  return { ...sent, refused: [...refused, ...sent.refused] };
}

function checked(collection: string, updates: readonly BulkUpdate[]) {
  const entries: Entry[] = [];
  const refused: Refused[] = [];
  for (const [index, { filter, update, upsert = false }] of updates.entries()) {
    try {
      checkFilter(collection, filter);
      entries.push({ index, write: { updateOne: { filter, update: sentUpdate(collection, update), upsert } } });
    } catch (error) {
      if (!(error instanceof ProcessingError)) throw error;
      refused.push({ index, code: error.code, message: error.message });
    }
  }
  return { entries, refused };
}

async function send(documents: DriversCollection, entries: readonly Entry[]): Promise<BulkCounts> {
  try {
    const writes = entries.map(({ write }) => write);
    const { matchedCount, modifiedCount } = await documents.bulkWrite(writes, { ordered: false });
    return { matched: matchedCount, modified: modifiedCount, refused: [] };
  } catch (error) {
    if (error instanceof MongoInvalidArgumentError) return sendWithoutLarge(documents, entries, error);
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const refused = refusedBy(error, documents.collectionName, entries);
    return { matched: error.matchedCount, modified: error.modifiedCount, refused };
  }
}

/** The driver checks the sizes before it sends anything, and refuses the whole bulk for one oversized entry. */
async function sendWithoutLarge(
  documents: DriversCollection,
  entries: readonly Entry[],
  error: unknown,
): Promise<BulkCounts> {
  const isLarge = ({ write }: Entry) => BSON.calculateObjectSize(write.updateOne) >= maxWriteBytes - 1024;
  const large = entries.filter(isLarge);
  if (large.length === 0) throw error;
  const rest = entries.filter((entry) => !isLarge(entry));
  const sent = rest.length === 0 ? { matched: 0, modified: 0, refused: [] } : await send(documents, rest);
  const refused = large.map(({ index, write }) => ({
    index,
    code: 'store.update-refused',
    message: `${documents.collectionName}: ${idText(write.updateOne.filter['_id'])}: the update is larger than MongoDB's 16 MB`,
  }));
  return { ...sent, refused: [...sent.refused, ...refused] };
}

function refusedBy(error: MongoBulkWriteError, collection: string, entries: readonly Entry[]): Refused[] {
  const unwritten = error.result.getWriteConcernError();
  if (unwritten) throw serverError(unwritten.errmsg, unwritten.code);
  const writeErrors = writeErrorsOf(error);
  if (writeErrors.length === 0) throw error;
  return writeErrors.map(({ index, code, errmsg }) => {
    const entry = entries[index];
    const trouble = troubleOf(code);
    if (entry === undefined || (trouble !== 'refused' && trouble !== 'duplicate')) throw serverError(errmsg, code);
    const said = `${withoutContents(errmsg ?? '')} (MongoDB's code ${code})`;
    return {
      index: entry.index,
      code: trouble === 'duplicate' ? 'store.duplicate-key' : 'store.update-refused',
      message: `${collection}: ${idText(entry.write.updateOne.filter['_id'])}: ${said}`,
    };
  });
}

function serverError(message: string | undefined, code: number | undefined): MongoServerError {
  return new MongoServerError({ message: message ?? 'a write of the bulk failed', code });
}

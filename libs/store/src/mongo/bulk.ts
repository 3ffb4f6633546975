import { ProcessingError } from '@batchmill/contracts';
import {
  BSON,
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoServerError,
  type AnyBulkWriteOperation,
  type Document,
  type Collection as DriversCollection,
} from 'mongodb';
import type { BulkCounts, BulkUpdate } from '../store.js';
import { groupAlike } from './alike-updates.js';
import { checkFilter } from './check-filter.js';
import { idText } from './id-text.js';
import { passesDriversBuffer, writeErrorsOf } from './mongo-error.js';
import type { Run } from './run.js';
import { sentUpdate } from './sent-update.js';
import { troubleOf } from './server-codes.js';
import { withoutContents } from './without-contents.js';

interface Entry {
  readonly index: number;
  readonly sent: BulkUpdate;
}

type Refused = BulkCounts['refused'][number];

const maxWriteBytes = 16 * 1024 * 1024;

/**
 * One unordered bulk. Entries that differ only in their `_id` are sent as one `updateMany`, which costs a server a fraction of one
 * update for each; if it refuses one of their documents, they are sent again one by one. Entries that the port refuses are not sent. If
 * the server refuses an entry for a reason that is not the entry's (it steps down, its disk is full), the whole bulk rejects: the
 * document is not at fault.
 */
export async function runBulk(
  documents: DriversCollection,
  updates: readonly BulkUpdate[],
  run: Run,
): Promise<BulkCounts> {
  const { entries, refused } = checked(documents.collectionName, updates);
  if (entries.length === 0) return { matched: 0, modified: 0, refused };
  const sent = await run({ what: 'update' }, () => send(documents, groupAlike(entries)));
  return { ...sent, refused: [...refused, ...sent.refused] };
}

function checked(collection: string, updates: readonly BulkUpdate[]) {
  const entries: Entry[] = [];
  const refused: Refused[] = [];
  for (const [index, { filter, update, upsert = false }] of updates.entries()) {
    try {
      checkFilter(collection, filter);
      entries.push({ index, sent: { filter, update: sentUpdate(collection, update), upsert } });
    } catch (error) {
      if (!(error instanceof ProcessingError)) throw error;
      refused.push({ index, code: error.code, message: error.message });
    }
  }
  return { entries, refused };
}

async function send(documents: DriversCollection, groups: readonly (readonly Entry[])[]): Promise<BulkCounts> {
  try {
    const { matchedCount, modifiedCount } = await documents.bulkWrite(groups.map(writeOf), { ordered: false });
    return { matched: matchedCount, modified: modifiedCount, refused: [] };
  } catch (error) {
    const isTooLarge = error instanceof MongoInvalidArgumentError || passesDriversBuffer(error);
    if (isTooLarge) return sendWithoutLarge(documents, groups, error);
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const counts = { matched: error.matchedCount, modified: error.modifiedCount };
    const isRefused = refusalsOf(error);
    const refused = [...isRefused].flatMap(([index, refusal]) => {
      const [entry, ...others] = groups[index] ?? [];
      return entry === undefined || others.length > 0 ? [] : [refusedOf(documents.collectionName, entry, refusal)];
    });
    const together = groups.filter((group, index) => group.length > 1 && isRefused.has(index)).flat();
    if (together.length === 0) return { ...counts, refused };
    const alone = await send(documents, each(together));
    return {
      matched: counts.matched + alone.matched,
      modified: counts.modified + alone.modified,
      refused: [...refused, ...alone.refused],
    };
  }
}

function each(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return entries.map((entry) => [entry]);
}

function writeOf(group: readonly Entry[]): AnyBulkWriteOperation {
  const { filter = {}, update = {}, upsert = false } = group[0]?.sent ?? {};
  if (group.length === 1) return { updateOne: { filter, update, upsert } };
  const ids = group.map(({ sent }) => sent.filter['_id']);
  return { updateMany: { filter: { ...filter, _id: { $in: ids } } as Document, update } };
}

/** The driver checks the sizes before it sends anything, and refuses the whole bulk for one oversized entry. */
async function sendWithoutLarge(
  documents: DriversCollection,
  groups: readonly (readonly Entry[])[],
  error: unknown,
): Promise<BulkCounts> {
  const entries = groups.flat();
  const isLarge = ({ sent }: Entry) => BSON.calculateObjectSize({ ...sent }) >= maxWriteBytes - 1024;
  const large = entries.filter(isLarge);
  if (large.length === 0) {
    if (groups.length === entries.length) throw error;
    return send(documents, each(entries)); // the ids of many are large together
  }
  const rest = entries.filter((entry) => !isLarge(entry));
  const sent = rest.length === 0 ? { matched: 0, modified: 0, refused: [] } : await send(documents, each(rest));
  const refused = large.map(({ index, sent: { filter } }) => ({
    index,
    code: 'store.update-refused',
    message: `${documents.collectionName}: ${idText(filter['_id'])}: the update is larger than MongoDB's 16 MB`,
  }));
  return { ...sent, refused: [...sent.refused, ...refused] };
}

interface Refusal {
  readonly code: number;
  readonly errmsg: string | undefined;
}

/** By the index of the write that was refused. Throws what is no refusal of a document. */
function refusalsOf(error: MongoBulkWriteError): ReadonlyMap<number, Refusal> {
  const unwritten = error.result.getWriteConcernError();
  if (unwritten) throw serverError(unwritten.errmsg, unwritten.code);
  const writeErrors = writeErrorsOf(error);
  if (writeErrors.length === 0) throw error;
  return new Map(
    writeErrors.map(({ index, code, errmsg }) => {
      const trouble = troubleOf(code);
      if (trouble !== 'refused' && trouble !== 'duplicate') throw serverError(errmsg, code);
      return [index, { code, errmsg }];
    }),
  );
}

function refusedOf(collection: string, { index, sent: { filter } }: Entry, { code, errmsg }: Refusal): Refused {
  const said = `${withoutContents(errmsg ?? '')} (MongoDB's code ${code})`;
  return {
    index,
    code: troubleOf(code) === 'duplicate' ? 'store.duplicate-key' : 'store.update-refused',
    message: `${collection}: ${idText(filter['_id'])}: ${said}`,
  };
}

function serverError(message: string | undefined, code: number | undefined): MongoServerError {
  return new MongoServerError({ message: message ?? 'a write of the bulk failed', code });
}

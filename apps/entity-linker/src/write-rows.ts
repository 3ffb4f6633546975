import { ProcessingError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import { DuplicateKeyError, type Collection, type Fields } from '@batchmill/store';
import type { StoryPart } from './story-parts.js';

export interface RowsToWrite<P> {
  readonly collection: Collection;
  readonly parts: readonly P[];
  /** By the encoded id of the document. */
  readonly groupIds: ReadonlyMap<string, unknown>;
  /** Merges the parts of a group into what its row says. */
  readonly merge: (parts: readonly P[]) => object;
}

interface RowToWrite<P> {
  /** The id of the story group. */
  readonly id: unknown;
  readonly parts: readonly P[];
  readonly merge: (parts: readonly P[]) => object;
}

/** An attempt fails only when another process has written the row. */
const maxAttempts = 100;

/** Adds parts to the rows of their groups, with one write per group. */
export function writeRows<P extends StoryPart>({
  collection,
  parts,
  groupIds,
  merge,
}: RowsToWrite<P>): Promise<void>[] {
  const rows = new Map<string, { readonly id: unknown; readonly parts: P[] }>();
  for (const part of parts) {
    const id = groupIds.get(encodeId(part.document_id));
    const row = rows.get(encodeId(id)) ?? { id, parts: [] };
    row.parts.push(part);
    rows.set(encodeId(id), row);
  }
  return [...rows.values()].map((row) => writeRow(collection, { ...row, merge }));
}

/**
 * Adds parts to a row, beside those of the group's other documents. A part is not written when the row has it already, or has
 * a later one of the same document. So the row is the same when parts are written twice or in another order. Safe against
 * concurrent writes.
 */
async function writeRow<P extends StoryPart>(collection: Collection, row: RowToWrite<P>): Promise<void> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const stored = await collection.findOne({ _id: row.id });
    const fields = fieldsOf(row, stored);
    if (stored !== null && hasFields(stored, fields)) return;
    if (await isWritten(collection, row.id, stored, fields)) return;
  }
  throw new ProcessingError(
    'entity-linker.row-contested',
    `Row ${encodeId(row.id)}: found another revision at each of ${maxAttempts} writes, expected the one that was read`,
  );
}

function fieldsOf<P extends StoryPart>({ id, parts, merge }: RowToWrite<P>, stored: Fields | null): Fields {
  const documents = latestParts([...partsIn<P>(stored), ...parts]);
  const { answered_at, run_id, batch_id } = documents.reduce(later);
  return { story_group_id: id, ...merge(documents), answered_at, run_id, batch_id, documents };
}

function partsIn<P extends StoryPart>(row: Fields | null): readonly P[] {
  const documents = row?.['documents'];
  return Array.isArray(documents) ? (documents as P[]) : []; // written by `writeRow` alone
}

/** The latest part of each document, in the order of the documents' ids. */
function latestParts<P extends StoryPart>(parts: readonly P[]): P[] {
  const latest = new Map<string, P>();
  for (const part of parts) {
    const key = encodeId(part.document_id);
    const known = latest.get(key);
    latest.set(key, known === undefined ? part : later(known, part));
  }
  return [...latest].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, part]) => part);
}

/** Of two parts of the same batch it is `other`: a replay may find entities that were added since. */
function later<P extends StoryPart>(one: P, other: P): P {
  const difference = other.answered_at.getTime() - one.answered_at.getTime();
  return difference > 0 || (difference === 0 && other.batch_id >= one.batch_id) ? other : one;
}

function hasFields(row: Fields, fields: Fields): boolean {
  return Object.entries(fields).every(([name, value]) => encodeId(row[name]) === encodeId(value));
}

/** False when another process has written the row since it was read. */
async function isWritten(collection: Collection, id: unknown, stored: Fields | null, fields: Fields): Promise<boolean> {
  if (stored !== null) {
    const revision = stored['revision'] ?? null;
    const next = typeof revision === 'number' ? revision + 1 : 1;
    const { matched } = await collection.updateOne({ _id: id, revision }, { $set: { ...fields, revision: next } });
    return matched > 0;
  }
  try {
    await collection.insertOne({ _id: id, ...fields, revision: 1 });
    return true;
  } catch (error) {
    if (error instanceof DuplicateKeyError) return false;
    throw error;
  }
}

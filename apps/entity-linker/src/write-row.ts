import { ProcessingError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import { DuplicateKeyError, type Collection, type Fields } from '@batchmill/store';
import { later, partsWith } from './parts-with.js';
import type { StoryPart } from './story-parts.js';

export interface RowToWrite<P> {
  /** Of the story group. */
  readonly id: unknown;
  readonly said: readonly P[];
  readonly merge: (parts: readonly P[]) => object;
}

/** Each try that fails is a write of somebody else that did not. */
const maxTries = 100;

/**
 * Adds what documents said to the row of their group, beside what its other documents said. What is there already, or was
 * answered later, stays: written twice, or in another order, the row is the same. Others may write it meanwhile.
 */
export async function writeRow<P extends StoryPart>(collection: Collection, row: RowToWrite<P>): Promise<void> {
  for (let tries = 0; tries < maxTries; tries++) {
    const before = await collection.findOne({ _id: row.id });
    const fields = fieldsOf(row, before);
    if (before !== null && isSaidBy(before, fields)) return;
    if (await isWritten(collection, row.id, before, fields)) return;
  }
  throw new ProcessingError(
    'entity-linker.row-contested',
    `Row ${encodeId(row.id)}: found another revision at each of ${maxTries} writes, wanted the one that was read`,
  );
}

function fieldsOf<P extends StoryPart>({ id, said, merge }: RowToWrite<P>, before: Fields | null): Fields {
  const documents = partsWith(partsIn<P>(before), said);
  const { answered_at, run_id, batch_id } = documents.reduce(later);
  return { story_group_id: id, ...merge(documents), answered_at, run_id, batch_id, documents };
}

function partsIn<P extends StoryPart>(row: Fields | null): readonly P[] {
  const documents = row?.['documents'];
  return Array.isArray(documents) ? (documents as P[]) : []; // written here alone
}

function isSaidBy(row: Fields, fields: Fields): boolean {
  return Object.entries(fields).every(([name, value]) => encodeId(row[name]) === encodeId(value));
}

/** False: somebody else wrote the row since it was read. */
async function isWritten(collection: Collection, id: unknown, before: Fields | null, fields: Fields): Promise<boolean> {
  if (before !== null) {
    const revision = before['revision'] ?? null;
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

import { DuplicateKeyError, type Collection, type Fields } from '@batchmill/store';

/** A row under its key, and when what it says was answered. */
interface KeyedRow extends Fields {
  readonly _id: string;
  readonly answered_at: Date;
}

/**
 * Writes each row under its key, unless a later answer is there: written twice, or after a later one, it changes nothing.
 * Others may write the same rows meanwhile. Of several of one key the last is written.
 */
export function writeRows(collection: Collection, rows: readonly KeyedRow[]): Promise<void>[] {
  const last = new Map(rows.map((row) => [row._id, row]));
  return [...last.values()].map((row) => writeRow(collection, row));
}

async function writeRow(collection: Collection, { _id, ...fields }: KeyedRow): Promise<void> {
  const unlessLater = { _id, answered_at: { $lte: fields.answered_at } };
  try {
    await collection.updateOne(unlessLater, { $set: fields }, { upsert: true });
  } catch (error) {
    if (!(error instanceof DuplicateKeyError)) throw error;
    // A row is there: a later one, which this leaves alone, or one that was written at this moment.
    await collection.updateOne(unlessLater, { $set: fields });
  }
}

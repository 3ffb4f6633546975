import { ProcessingError } from '@batchmill/contracts';
import type { VectorRow } from '../vectors.js';
import type { MilvusCollection } from './collection-description.js';
import { filtersOf } from './read-entries.js';

/** The calls of Milvus by which rows are replaced. Each resolves once it has taken effect. */
export interface ReplacingCalls {
  readonly delete: (filter: string) => Promise<void>;
  /** Does not replace rows that have the same keys. */
  readonly insert: (rows: readonly VectorRow[]) => Promise<void>;
  readonly count: (filter: string) => Promise<number>;
  /** Resolves after a random time that grows with the failed attempts, so that several writers do not begin again in step. */
  readonly pause: (failedAttempts: number) => Promise<void>;
}

const mostAttempts = 10;

/**
 * Replaces rows where an upsert cannot: deletes, then inserts. Where another process does so with the same keys at the same time, both may
 * delete before both insert: whoever then counts more rows than keys begins again, after a random pause. After a crash in between the
 * rows are gone until they are written again.
 */
export async function replaceRows(
  collection: MilvusCollection,
  rows: readonly VectorRow[],
  calls: ReplacingCalls,
): Promise<void> {
  const filters = filtersOf(
    collection,
    rows.map(({ key }) => key),
  );
  for (let attempts = 0; attempts < mostAttempts; attempts += 1) {
    if (attempts > 0) await calls.pause(attempts);
    for (const filter of filters) await calls.delete(filter);
    await calls.insert(rows);
    let stored = 0;
    for (const filter of filters) stored += await calls.count(filter);
    if (stored <= rows.length) return;
  }
  throw new ProcessingError(
    'vectors.failed',
    `Collection ${collection.name}: found more rows than keys after ${mostAttempts} attempts to replace ${rows.length} rows, ` +
      'which others may be writing, too. They are written again later.',
  );
}

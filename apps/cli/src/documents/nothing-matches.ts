import { formatQuantity } from '../show/format.js';

export interface NothingMatches {
  readonly collection: string;
  /** All documents in the collection. */
  readonly stored: number;
  /** The status field when the query has a condition on it that cannot be removed, so that completed documents do not match; else null. */
  readonly queriedStatusField: string | null;
}

/** Why no document matches, and the command that goes on. */
export function nothingMatchesText({ collection, stored, queriedStatusField }: NothingMatches): string {
  if (stored === 0) return `${collection} is empty; fill it with: batchmill load FILE --collection ${collection}`;
  const hint =
    queriedStatusField === null
      ? ''
      : `; the query of the pipeline uses ${queriedStatusField}, so completed documents no longer match`;
  return `none of the ${formatQuantity(stored, 'document')} in ${collection} matches the query${hint}`;
}

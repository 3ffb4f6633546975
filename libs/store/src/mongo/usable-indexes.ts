import type { IndexDescriptionInfo } from 'mongodb';
import type { IndexKeys } from '../store.js';

/** Those of a collection's indexes that filters of ours can use, in our terms. */
export function usableIndexes(stored: readonly IndexDescriptionInfo[]): IndexKeys[] {
  const ofIds = stored.find(({ key }) => Object.keys(key).join() === '_id');
  return stored.flatMap((index) => {
    const where = whereOf(index);
    if (where === null || !isKeptInOrder(index, ofIds)) return [];
    const keys = Object.entries(index.key).map(([path, direction]) => [path, direction === -1 ? -1 : 1] as const);
    return [{ keys: Object.fromEntries(keys), unique: index.unique === true, ...(where !== undefined && { where }) }];
  });
}

/**
 * False for an index that lacks documents, that the server does not use, that is of words or places, or that compares texts otherwise
 * than the collection does, of which the index of ids tells.
 */
function isKeptInOrder(index: IndexDescriptionInfo, ofIds: IndexDescriptionInfo | undefined): boolean {
  const isOrdered = Object.values(index.key).every((direction) => [1, -1].includes(Number(direction)));
  const isWhole = index.sparse !== true && index.hidden !== true;
  return isOrdered && isWhole && JSON.stringify(index.collation) === JSON.stringify(ofIds?.collation);
}

/** Undefined: every document is in the index. Null: some are, by a condition that is none of ours. */
function whereOf({ partialFilterExpression: filter }: IndexDescriptionInfo): IndexKeys['where'] | null {
  if (filter === undefined) return undefined;
  const conditions = Object.entries(filter);
  const areOurs = conditions.every(([, condition]) => JSON.stringify(condition) === '{"$type":"object"}');
  return areOurs ? Object.fromEntries(conditions.map(([path]) => [path, { $type: 'object' }])) : null;
}

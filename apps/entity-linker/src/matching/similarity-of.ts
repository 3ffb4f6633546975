import { distance } from 'fastest-levenshtein';
import type { ComparableName } from './comparable-name.js';

/** How alike two names are, from 0 to 1: the edits between them, relative to the longer one. */
export function similarityOf({ core: one }: ComparableName, { core: other }: ComparableName): number {
  const longest = Math.max(one.length, other.length);
  return longest === 0 ? 0 : 1 - distance(one, other) / longest;
}

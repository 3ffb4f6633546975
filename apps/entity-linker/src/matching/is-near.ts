import { distance } from 'fastest-levenshtein';
import type { ComparableName } from './comparable-name.js';
import { sayTheSameForm } from './say-the-same-form.js';

/**
 * Whether two names are one, misspelled: as many words, and each the same or near. A word is near when its edits are at most
 * `threshold` of its length, it begins with the same letter and holds no digit: "Iran" is not near "Iraq", nor "A320" "A330",
 * nor "Zambia" "Gambia". Two legal forms must be the same.
 */
export function isNear(one: ComparableName, other: ComparableName, threshold: number): boolean {
  if (one.words.length !== other.words.length || !sayTheSameForm(one, other)) return false;
  return one.words.every((word, index) => isNearWord(word, other.words[index] ?? '', threshold));
}

function isNearWord(one: string, other: string, threshold: number): boolean {
  if (one === other) return true;
  if (one[0] !== other[0] || /\p{N}/u.test(one + other)) return false;
  const edits = threshold * Math.max(one.length, other.length);
  return Math.abs(one.length - other.length) <= edits && distance(one, other) <= edits;
}

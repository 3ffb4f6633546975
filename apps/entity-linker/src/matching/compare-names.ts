import { distance } from 'fastest-levenshtein';
import type { ComparableName } from './comparable-name.js';

/** How similar two names are, from 0 to 1: 1 minus the edits between them, relative to the longer one. */
export function similarityOf({ core: one }: ComparableName, { core: other }: ComparableName): number {
  const longest = Math.max(one.length, other.length);
  return longest === 0 ? 0 : 1 - distance(one, other) / longest;
}

/**
 * Whether two names are spellings of one name: they have the same number of words, and each word is the same or near. A word
 * is near when its edits are at most `threshold` of its length, it begins with the same letter and has no digit: "Iran" is not
 * near "Iraq", nor "A320" near "A330", nor "Zambia" near "Gambia". Two legal forms must be compatible.
 */
export function isNear(one: ComparableName, other: ComparableName, threshold: number): boolean {
  if (one.words.length !== other.words.length || !haveCompatibleForms(one, other)) return false;
  return one.words.every((word, index) => isNearWord(word, other.words[index] ?? '', threshold));
}

/**
 * False when both names have a legal form and neither form contains the other: "Merck KGaA" is not "Merck & Co., Inc.",
 * but "Merck & Co" may be.
 */
export function haveCompatibleForms(one: ComparableName, other: ComparableName): boolean {
  const [forms, otherForms] = [one, other].map(({ legalForm }) => legalForm?.split(' ') ?? []);
  return contains(forms, otherForms) || contains(otherForms, forms);
}

function isNearWord(one: string, other: string, threshold: number): boolean {
  if (one === other) return true;
  if (one[0] !== other[0] || /\p{N}/u.test(one + other)) return false;
  const maxEdits = threshold * Math.max(one.length, other.length);
  return Math.abs(one.length - other.length) <= maxEdits && distance(one, other) <= maxEdits;
}

function contains(all: readonly string[] = [], some: readonly string[] = []): boolean {
  return some.every((word) => all.includes(word));
}

import type { Entity, Mention } from '../matching/entity.js';

export interface Misspelling {
  readonly mention: Mention;
  /** The id of the entity. */
  readonly id: unknown;
}

/** Misspells the name of each entity `perEntity` times. The same seed makes the same misspellings. */
export function misspellings(entities: readonly Entity[], perEntity: number, seed: number): Misspelling[] {
  const draw = generator(seed);
  return entities.flatMap(({ id, name, type }) =>
    Array.from({ length: perEntity }, () => {
      const mistake = mistakes[draw(mistakes.length)] ?? unchanged;
      return { id, mention: { name: mistake(name, draw), type: (type ?? 'other') as Mention['type'] } };
    }),
  );
}

type Draw = (below: number) => number;
type Mistake = (name: string, draw: Draw) => string;

const unchanged: Mistake = (name) => name;

const mistakes: readonly Mistake[] = [
  (name) => name.toUpperCase(),
  (name) => name.normalize('NFD').replaceAll(/\p{M}/gu, ''),
  (name) => name.replaceAll(/[.,]/g, ''),
  (name, draw) => inLongestWord(name, (word) => without(word, 1 + draw(word.length - 1))),
  (name, draw) => inLongestWord(name, (word) => doubled(word, 1 + draw(word.length - 1))),
  (name, draw) => inLongestWord(name, (word) => replaced(word, 1 + draw(word.length - 1), 'aeiou'.charAt(draw(5)))),
  (name, draw) => inLongestWord(name, (word) => swapped(word, 1 + draw(word.length - 2))),
];

function inLongestWord(name: string, change: (word: string) => string): string {
  const longest = [...name.matchAll(/\p{L}+/gu)]
    .map(([word]) => word)
    .sort((one, other) => other.length - one.length)[0];
  return longest === undefined || longest.length < 3 ? name : name.replace(longest, change(longest));
}

function without(word: string, at: number): string {
  return word.slice(0, at) + word.slice(at + 1);
}

function doubled(word: string, at: number): string {
  return word.slice(0, at) + word.charAt(at) + word.slice(at);
}

function replaced(word: string, at: number, letter: string): string {
  return word.slice(0, at) + letter + word.slice(at + 1);
}

function swapped(word: string, at: number): string {
  return word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2);
}

/** Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function generator(seed: number): Draw {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

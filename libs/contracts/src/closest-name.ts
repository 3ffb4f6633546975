import { distance } from 'fastest-levenshtein';

/** The name that was probably meant. Null when every name differs in more than a third of its letters. */
export function closestName(name: string, names: readonly string[]): string | null {
  const closest = names
    .map((candidate) => ({ candidate, edits: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.edits - other.edits)[0];
  if (closest === undefined) return null;
  return closest.edits <= Math.max(1, Math.floor(closest.candidate.length / 3)) ? closest.candidate : null;
}

import { distance } from 'fastest-levenshtein';

/** The name that was probably meant; null when none is near enough (a third of its letters wrong). */
export function closestName(name: string, names: readonly string[]): string | null {
  const nearest = names
    .map((candidate) => ({ candidate, apart: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.apart - other.apart)[0];
  if (nearest === undefined) return null;
  return nearest.apart <= Math.max(1, Math.floor(nearest.candidate.length / 3)) ? nearest.candidate : null;
}

import type { Member } from './files/members.js';

/** How many ended documents lack a function. */
export interface MissingCount {
  readonly function: string;
  readonly documents: number;
}

/** The counts with those of further members, in the order in which the functions were found. */
export function addMissing(counts: readonly MissingCount[], members: Iterable<Member>): MissingCount[] {
  const sums = new Map(counts.map((one) => [one.function, one.documents]));
  for (const { functions, missing = false } of members) {
    if (missing) for (const name of functions) sums.set(name, (sums.get(name) ?? 0) + 1);
  }
  return [...sums].map(([name, documents]) => ({ function: name, documents }));
}

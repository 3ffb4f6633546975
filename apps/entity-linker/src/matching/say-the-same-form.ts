import type { ComparableName } from './comparable-name.js';

/**
 * False when both say a legal form and neither holds the other: "Merck KGaA" is another company than "Merck & Co., Inc.",
 * "Merck & Co" is not.
 */
export function sayTheSameForm(one: ComparableName, other: ComparableName): boolean {
  const [some, others] = [one, other].map(({ legalForm }) => legalForm?.split(' ') ?? []);
  return holds(some, others) || holds(others, some);
}

function holds(all: readonly string[] = [], some: readonly string[] = []): boolean {
  return some.every((word) => all.includes(word));
}

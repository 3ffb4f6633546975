import { encodeId } from '@batchmill/documents';
import { comparableName, type ComparableName } from './comparable-name.js';
import type { EntityName, EntityNames } from './entity-names.js';
import type { Entity, Mention } from './entity.js';
import { isNear } from './is-near.js';
import { sayTheSameForm } from './say-the-same-form.js';
import { similarityOf } from './similarity-of.js';

/** An entity with how alike its name is, from 0 to 1. */
export interface Candidate {
  readonly entity: Entity;
  readonly score: number;
}

export type Resolution =
  | ({ readonly match: 'exact' | 'alias' | 'near' } & Candidate)
  /** Nothing fits, or more than one entity fits as well. Best first. */
  | { readonly match: null; readonly candidates: readonly Candidate[] };

const maxCandidates = 3;
/** Names less alike, without a word in common, are no candidates. */
const minSimilarity = 0.5;

/**
 * The entity that is meant: by its name, by an alias, by either without the legal form, or by the only name that is near.
 * Rather none than a wrong one: where two entities fit as well, both are candidates.
 */
export function resolveEntity({ name, type }: Mention, names: EntityNames, threshold: number): Resolution {
  const mention = comparableName(name);
  if (mention.core === '') return { match: null, candidates: [] };
  const whole = names.ofWhole(mention, type);
  const sameCore = names.ofCore(mention, type).filter(({ comparable }) => sayTheSameForm(comparable, mention));
  const near = (): readonly EntityName[] =>
    names.ofInitials(mention, type).filter(({ comparable }) => isNear(comparable, mention, threshold));
  const steps = [
    () => whole.filter(({ isAlias }) => !isAlias),
    () => whole.filter(({ isAlias }) => isAlias),
    () => sameCore,
    near,
  ];
  for (const step of steps) {
    const fitting = bestOfEach(step(), mention);
    const [first, second] = fitting;
    if (first === undefined) continue;
    if (second !== undefined) return { match: null, candidates: fitting.slice(0, maxCandidates).map(asCandidate) };
    return { match: step === near ? 'near' : first.name.isAlias ? 'alias' : 'exact', ...asCandidate(first) };
  }
  const looksAlike = [...names.ofInitials(mention, type), ...names.ofBeginning(mention, type)];
  const alike = looksAlike.filter(({ comparable }) => isAlike(comparable, mention));
  const candidates = bestOfEach([...names.ofWords(mention, type), ...alike], mention);
  return { match: null, candidates: candidates.slice(0, maxCandidates).map(asCandidate) };
}

interface Scored {
  readonly name: EntityName;
  readonly score: number;
}

/** Each entity once, by the most alike of its names, its own before its aliases; the most alike entity first. */
function bestOfEach(names: readonly EntityName[], mention: ComparableName): Scored[] {
  const best = new Map<Entity, Scored>();
  for (const name of names) {
    const score = similarityOf(name.comparable, mention);
    const before = best.get(name.entity);
    if (before === undefined || score > before.score) best.set(name.entity, { name, score });
  }
  return [...best.values()].sort((one, other) => other.score - one.score || compareIds(one.name, other.name));
}

/** An order that does not change with that of the database. */
function compareIds(one: EntityName, other: EntityName): number {
  return encodeId(one.entity.id) < encodeId(other.entity.id) ? -1 : 1;
}

function isAlike(name: ComparableName, mention: ComparableName): boolean {
  const longest = Math.max(name.core.length, mention.core.length);
  const fewestEdits = Math.abs(name.core.length - mention.core.length);
  return fewestEdits <= (1 - minSimilarity) * longest && similarityOf(name, mention) >= minSimilarity;
}

function asCandidate({ name: { entity }, score }: Scored): Candidate {
  return { entity, score: Math.round(score * 1000) / 1000 };
}

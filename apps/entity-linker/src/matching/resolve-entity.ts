import { encodeId } from '@batchmill/documents';
import { comparableName, type ComparableName } from './comparable-name.js';
import type { EntityName, EntityNames } from './entity-names.js';
import type { Entity, Mention } from './entity.js';
import { haveCompatibleForms, isNear, similarityOf } from './compare-names.js';

/** An entity, and how similar its name is to the mention, from 0 to 1. */
export interface Candidate {
  readonly entity: Entity;
  readonly score: number;
}

export type Resolution =
  | ({ readonly match: 'exact' | 'alias' | 'near' } & Candidate)
  /** No entity matches, or several match equally well. Best first. */
  | { readonly match: null; readonly candidates: readonly Candidate[] };

const maxCandidates = 3;
/** A name that is less similar, and has no word in common, is no candidate. */
const minSimilarity = 0.5;

/**
 * Finds the entity of a mention: by its name, by an alias, by either without the legal form, or by the only name that is
 * near. Prefers no match to a wrong one: where two entities match equally well, both are candidates.
 */
export function resolveEntity({ name, type }: Mention, names: EntityNames, threshold: number): Resolution {
  const mention = comparableName(name);
  if (mention.core === '') return { match: null, candidates: [] };
  const whole = names.ofWhole(mention, type);
  const sameCore = names.ofCore(mention, type).filter(({ comparable }) => haveCompatibleForms(comparable, mention));
  const near = (): readonly EntityName[] =>
    names.ofInitials(mention, type).filter(({ comparable }) => isNear(comparable, mention, threshold));
  const rules = [
    () => whole.filter(({ isAlias }) => !isAlias),
    () => whole.filter(({ isAlias }) => isAlias),
    () => sameCore,
    near,
  ];
  for (const rule of rules) {
    const matching = bestOfEach(rule(), mention);
    const [first, second] = matching;
    if (first === undefined) continue;
    if (second !== undefined) return { match: null, candidates: matching.slice(0, maxCandidates).map(asCandidate) };
    return { match: rule === near ? 'near' : first.name.isAlias ? 'alias' : 'exact', ...asCandidate(first) };
  }
  const sameBeginning = [...names.ofInitials(mention, type), ...names.ofBeginning(mention, type)];
  const similar = sameBeginning.filter(({ comparable }) => isSimilar(comparable, mention));
  const candidates = bestOfEach([...names.ofWords(mention, type), ...similar], mention);
  return { match: null, candidates: candidates.slice(0, maxCandidates).map(asCandidate) };
}

interface Scored {
  readonly name: EntityName;
  readonly score: number;
}

/** Each entity once, by its most similar name; a name goes before an equally similar alias. The most similar entity first. */
function bestOfEach(names: readonly EntityName[], mention: ComparableName): Scored[] {
  const best = new Map<Entity, Scored>();
  for (const name of names) {
    const score = similarityOf(name.comparable, mention);
    const known = best.get(name.entity);
    if (known === undefined || score > known.score) best.set(name.entity, { name, score });
  }
  return [...best.values()].sort((one, other) => other.score - one.score || compareIds(one.name, other.name));
}

/** Makes the result independent of the order of the database. */
function compareIds(one: EntityName, other: EntityName): number {
  return encodeId(one.entity.id) < encodeId(other.entity.id) ? -1 : 1;
}

function isSimilar(name: ComparableName, mention: ComparableName): boolean {
  const longest = Math.max(name.core.length, mention.core.length);
  const fewestEdits = Math.abs(name.core.length - mention.core.length);
  return fewestEdits <= (1 - minSimilarity) * longest && similarityOf(name, mention) >= minSimilarity;
}

function asCandidate({ name: { entity }, score }: Scored): Candidate {
  return { entity, score: Math.round(score * 1000) / 1000 };
}

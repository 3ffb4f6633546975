import { encodeId } from '@batchmill/documents';

/* What a row says: the parts of its documents, merged. */

export interface Topics {
  /** The most relevant first. */
  readonly topics: readonly Topic[];
}

export interface Topic {
  readonly name: string;
  /** From 0 to 1. */
  readonly relevance: number;
}

export interface LinkedEntities {
  readonly entities: readonly LinkedEntity[];
  readonly unresolved: readonly UnresolvedEntity[];
}

export interface LinkedEntity extends ScoredEntity {
  /** The names by which the stories mention it. */
  readonly mentions: readonly string[];
  readonly match: 'exact' | 'alias' | 'near';
}

export interface UnresolvedEntity {
  readonly mention: string;
  readonly type: string;
  /** Best first. */
  readonly candidates: readonly ScoredEntity[];
}

export interface ScoredEntity {
  readonly entity_id: unknown;
  readonly name: string;
  readonly score: number;
}

/** Each topic once, regardless of case, with its highest relevance. */
export function mergeTopics(parts: readonly Topics[]): Topics {
  const best = new Map<string, Topic>();
  for (const topic of parts.flatMap(({ topics }) => topics)) {
    const key = topic.name.toLowerCase();
    const known = best.get(key);
    if (known === undefined || topic.relevance > known.relevance) best.set(key, topic);
  }
  return { topics: [...best.values()].sort((one, other) => other.relevance - one.relevance) };
}

/** Each entity once, with all its mentions and its best match. Each unresolved name once. */
export function mergeEntities(parts: readonly LinkedEntities[]): LinkedEntities {
  const linked = new Map<string, LinkedEntity>();
  for (const entity of parts.flatMap(({ entities }) => entities)) {
    const key = encodeId(entity.entity_id);
    const known = linked.get(key);
    const best = known === undefined || entity.score > known.score ? entity : known;
    linked.set(key, { ...best, mentions: [...new Set([...(known?.mentions ?? []), ...entity.mentions])] });
  }
  const names = parts.flatMap(({ unresolved }) => unresolved);
  const unresolved = new Map(names.map((name) => [`${name.type} ${name.mention}`, name]));
  return { entities: [...linked.values()], unresolved: [...unresolved.values()] };
}

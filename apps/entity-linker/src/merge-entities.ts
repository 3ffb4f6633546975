import { encodeId } from '@batchmill/documents';

export interface LinkedEntities {
  readonly entities: readonly LinkedEntity[];
  readonly unresolved: readonly UnresolvedEntity[];
}

export interface LinkedEntity extends ScoredEntity {
  /** As the stories write it. */
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

/** Each entity once, with all of its mentions and its best match; each name that means none of them once. */
export function mergeEntities(told: readonly LinkedEntities[]): LinkedEntities {
  const linked = new Map<string, LinkedEntity>();
  for (const entity of told.flatMap(({ entities }) => entities)) {
    const key = encodeId(entity.entity_id);
    const before = linked.get(key);
    const best = before === undefined || entity.score > before.score ? entity : before;
    linked.set(key, { ...best, mentions: [...new Set([...(before?.mentions ?? []), ...entity.mentions])] });
  }
  const names = told.flatMap(({ unresolved }) => unresolved);
  const unresolved = new Map(names.map((name) => [`${name.type} ${name.mention}`, name]));
  return { entities: [...linked.values()], unresolved: [...unresolved.values()] };
}

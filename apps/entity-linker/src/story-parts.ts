import type { ArchivedAnswer, ArchivedDocument } from '@batchmill/records';
import type { EntitiesAnswer, TopicsAnswer } from './answers.js';
import type { Mention } from './matching/entity.js';
import type { EntityNames } from './matching/entity-names.js';
import { resolveEntity, type Candidate } from './matching/resolve-entity.js';

/** What every row says: one per story group, so that one write replaces what was known of it. */
interface StoryRow extends Record<string, unknown> {
  /** `story_group_id`, as text. */
  readonly _id: string;
  readonly story_group_id: string;
  /** Of two answers the later counts. */
  readonly answered_at: Date;
  readonly run_id: string;
  readonly batch_id: string;
}

export interface StoryTopics extends StoryRow {
  readonly topics: readonly { readonly name: string; readonly relevance: number }[];
}

export interface StoryEntities extends StoryRow {
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

/** The batch that answered. */
export interface AnsweredBy {
  readonly runId: string;
  readonly batchId: string;
}

/** Null: this batch did not answer it. Each topic once, the first time it is told. */
export function topicsRow(group: ArchivedDocument, by: AnsweredBy): StoryTopics | null {
  const answer = answerOf(group, 'topics');
  if (answer === null) return null;
  const { topics } = answer.content as TopicsAnswer; // of its schema, or it would be no answer
  const first = new Map(topics.toReversed().map((topic) => [topic.name.trim().toLowerCase(), topic]));
  const told = topics.filter((topic) => first.get(topic.name.trim().toLowerCase()) === topic);
  return { ...rowOf(group, by), topics: told.map(({ name, relevance }) => ({ name: name.trim(), relevance })) };
}

/** Null: this batch did not answer it. Each entity once, however often and in whatever spelling it is told. */
export function entitiesRow(
  group: ArchivedDocument,
  by: AnsweredBy,
  { names, threshold }: { names: EntityNames; threshold: number },
): StoryEntities | null {
  const answer = answerOf(group, 'entities');
  if (answer === null) return null;
  const { entities } = answer.content as EntitiesAnswer; // of its schema, or it would be no answer
  const linked = new Map<unknown, LinkedEntity>();
  const unresolved = new Map<string, UnresolvedEntity>();
  for (const mention of entities.map(trimmed)) {
    const found = resolveEntity(mention, names, threshold);
    if (found.match === null) {
      const { name, type } = mention;
      unresolved.set(`${type} ${name}`, { mention: name, type, candidates: found.candidates.map(scored) });
      continue;
    }
    const before = linked.get(found.entity);
    const mentions = [...new Set([...(before?.mentions ?? []), mention.name])];
    const best =
      before !== undefined && before.score >= found.score ? before : { ...scored(found), match: found.match };
    linked.set(found.entity, { ...best, mentions });
  }
  return { ...rowOf(group, by), entities: [...linked.values()], unresolved: [...unresolved.values()] };
}

function answerOf({ answers }: ArchivedDocument, name: string): ArchivedAnswer | null {
  return answers.find((answer) => answer.function === name) ?? null;
}

/** A group without an id of its own is known by its document's. */
function rowOf({ parentId, chunkId, at }: ArchivedDocument, { runId, batchId }: AnsweredBy): StoryRow {
  const id = parentId === '' ? chunkId : parentId;
  return { _id: id, story_group_id: id, answered_at: at, run_id: runId, batch_id: batchId };
}

function trimmed({ name, type }: Mention): Mention {
  return { name: name.trim(), type };
}

function scored({ entity, score }: Candidate): ScoredEntity {
  return { entity_id: entity.id, name: entity.name, score };
}

import type { ArchivedAnswer, ArchivedDocument } from '@batchmill/records';
import type { EntitiesAnswer, TopicsAnswer } from './answers.js';
import type { Mention } from './matching/entity.js';
import type { EntityNames } from './matching/entity-names.js';
import { resolveEntity, type Candidate, type Resolution } from './matching/resolve-entity.js';
import { mergeEntities, type LinkedEntities, type ScoredEntity } from './merge-entities.js';
import { mergeTopics, type Topics } from './merge-topics.js';

/** What one document of a story group adds to the group's row. */
export interface StoryPart {
  readonly document_id: unknown;
  /** Of two answers of a document the later counts. */
  readonly answered_at: Date;
  readonly run_id: string;
  readonly batch_id: string;
}

/** The batch that answered. */
export interface AnsweredBy {
  readonly runId: string;
  readonly batchId: string;
}

/** Null: this batch did not answer it. */
export function topicsPart(document: ArchivedDocument, by: AnsweredBy): (StoryPart & Topics) | null {
  const answer = answerOf(document, 'topics');
  if (answer === null) return null;
  const told = answer.content as TopicsAnswer; // of its schema, or it would be no answer
  const topics = told.topics.map(({ name, relevance }) => ({ name: name.trim(), relevance }));
  return { ...partOf(document, by), ...mergeTopics([{ topics }]) };
}

/** Null: this batch did not answer it. */
export function entitiesPart(
  document: ArchivedDocument,
  by: AnsweredBy,
  { names, threshold }: { names: EntityNames; threshold: number },
): (StoryPart & LinkedEntities) | null {
  const answer = answerOf(document, 'entities');
  if (answer === null) return null;
  const { entities } = answer.content as EntitiesAnswer; // of its schema, or it would be no answer
  const told = entities.map(trimmed).map((mention) => linkedTo(mention, resolveEntity(mention, names, threshold)));
  return { ...partOf(document, by), ...mergeEntities(told) };
}

function answerOf({ answers }: ArchivedDocument, name: string): ArchivedAnswer | null {
  return answers.find((answer) => answer.function === name) ?? null;
}

function partOf({ documentId, at }: ArchivedDocument, { runId, batchId }: AnsweredBy): StoryPart {
  return { document_id: documentId, answered_at: at, run_id: runId, batch_id: batchId };
}

function trimmed({ name, type }: Mention): Mention {
  return { name: name.trim(), type };
}

function linkedTo({ name, type }: Mention, found: Resolution): LinkedEntities {
  if (found.match === null) {
    return { entities: [], unresolved: [{ mention: name, type, candidates: found.candidates.map(scored) }] };
  }
  return { entities: [{ ...scored(found), mentions: [name], match: found.match }], unresolved: [] };
}

function scored({ entity, score }: Candidate): ScoredEntity {
  return { entity_id: entity.id, name: entity.name, score };
}

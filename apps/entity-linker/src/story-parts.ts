import type { ArchivedAnswer, ArchivedDocument } from '@batchmill/records';
import type { Mention } from './matching/entity.js';
import type { EntityNames } from './matching/entity-names.js';
import { resolveEntity, type Candidate, type Resolution } from './matching/resolve-entity.js';
import { mergeEntities, mergeTopics, type LinkedEntities, type ScoredEntity, type Topics } from './merge-parts.js';

/** What one document of a story group adds to the group's row. */
export interface StoryPart {
  readonly document_id: unknown;
  /** Of two answers for a document the later one counts. */
  readonly answered_at: Date;
  readonly run_id: string;
  readonly batch_id: string;
}

/** The batch that answered. */
export interface AnsweredBy {
  readonly runId: string;
  readonly batchId: string;
}

/** The answer of the function `topics`. An archived answer always matches the schema of its function. */
interface TopicsAnswer {
  readonly topics: readonly { readonly name: string; readonly relevance: number }[];
}

/** The answer of the function `entities`. */
interface EntitiesAnswer {
  readonly entities: readonly Mention[];
}

/** Null when the batch did not answer the function. */
export function topicsPart(document: ArchivedDocument, by: AnsweredBy): (StoryPart & Topics) | null {
  const answer = answerOf(document, 'topics');
  if (answer === null) return null;
  const content = answer.content as TopicsAnswer; // checked against its schema
  const topics = content.topics.map(({ name, relevance }) => ({ name: name.trim(), relevance }));
  return { ...partOf(document, by), ...mergeTopics([{ topics }]) };
}

/** Null when the batch did not answer the function. */
export function entitiesPart(
  document: ArchivedDocument,
  by: AnsweredBy,
  { names, threshold }: { names: EntityNames; threshold: number },
): (StoryPart & LinkedEntities) | null {
  const answer = answerOf(document, 'entities');
  if (answer === null) return null;
  const { entities } = answer.content as EntitiesAnswer; // checked against its schema
  const linked = entities.map(trimmed).map((mention) => linkedTo(mention, resolveEntity(mention, names, threshold)));
  return { ...partOf(document, by), ...mergeEntities(linked) };
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

function linkedTo({ name, type }: Mention, resolution: Resolution): LinkedEntities {
  if (resolution.match === null) {
    return { entities: [], unresolved: [{ mention: name, type, candidates: resolution.candidates.map(scored) }] };
  }
  return { entities: [{ ...scored(resolution), mentions: [name], match: resolution.match }], unresolved: [] };
}

function scored({ entity, score }: Candidate): ScoredEntity {
  return { entity_id: entity.id, name: entity.name, score };
}

import { chat, definePipeline, planRun, type RunPlan } from '@batchmill/pipeline';
import type { BulkUpdate, Collection, Fields } from '@batchmill/store';
import { KnownPipelines } from '@batchmill/testing';
import {
  answerUpdate,
  requestedFilter,
  carryingFilter,
  claimFilter,
  claimUpdate,
  failureUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  readMarks,
  retryUpdate,
  settlingUpdates,
  type Claiming,
  type ReadMarks,
} from '../index.js';

export const now = new Date('2026-01-01T12:00:00Z');
export const later = new Date('2026-01-01T13:00:00Z');
export const trouble = { kind: 'ProcessingError', code: 'provider.refusal', message: 'the model refused' } as const;

const asked = {
  status: { field: 'ai_status' },
  functions: [chat({ name: 'summary', user: '{{ text }}' }), chat({ name: 'topics', user: '{{ text }}' })],
};
const notes = definePipeline({
  name: 'notes',
  source: { collection: 'notes' },
  embeddings: { text: 'text', status: { field: 'embedding_status' }, vectors: { collection: 'notes' } },
  inference: asked,
});
const named = definePipeline({ ...notes, name: 'named', source: { collection: 'notes', queryTemplate: naming } });
const elsewhere = definePipeline({ ...notes, name: 'elsewhere', inference: { ...asked, errorField: 'ai.last_error' } });
const pipelines = new KnownPipelines([notes, named, elsewhere]);

function naming(): Record<string, unknown> {
  return { ai_status: 'pending' };
}

/** Two functions, `summary` and `topics`, asked by inference. */
export const inference: RunPlan = planRun(pipelines.get('notes'), { endpoint: 'inference' });
/** The same, by a query that names the status field. */
export const namingStatus: RunPlan = planRun(pipelines.get('named'), { endpoint: 'inference' });
/** The same, with errors kept at `ai.last_error`. */
export const errorsElsewhere: RunPlan = planRun(pipelines.get('elsewhere'), { endpoint: 'inference' });
export const embeddings: RunPlan = planRun(pipelines.get('notes'), { endpoint: 'embeddings' });

export interface Marking extends Partial<Claiming> {
  readonly claimId: string;
  /** The claim that the documents carried when they were found. */
  readonly previousClaimId?: string | null;
}

/** Marks documents with a claim, as an opener of claims does; resolves with the ids of those that carry it then. */
export async function mark(
  documents: Collection,
  plan: RunPlan,
  ids: readonly unknown[],
  { previousClaimId = null, ...about }: Marking,
): Promise<unknown[]> {
  const claiming = { runId: 'run', functions: plan.functions, restart: false, now, template: {}, ...about };
  const update = claimUpdate(plan, claiming);
  await documents.bulk(ids.map((id) => ({ filter: claimFilter(plan, id, { previousClaimId, ...claiming }), update })));
  const carrying = documents.find(carryingFilter(plan, ids, about.claimId), { sort: { _id: 1 } });
  return Array.fromAsync(carrying, ({ _id }) => _id);
}

export interface Said {
  readonly id: unknown;
  readonly name: string;
  readonly outcome: 'answered' | 'failed' | 'retry' | 'round';
}

/** What an ingester writes for a slice of results: the bulks (a), (b) and (c) of one slice, in their order. */
export function bulksOf(plan: RunPlan, claimId: string, said: readonly Said[]): BulkUpdate[][] {
  const answered = said.filter(({ outcome }) => outcome === 'answered');
  const ids = [...new Set(said.map(({ id }) => id))];
  return [
    answered.map(({ id, name }) => ({
      filter: lastAnswerFilter(plan, id, claimId, name),
      update: lastAnswerUpdate(plan, name, templateOf(name), now),
    })),
    said.map((one) => ({ filter: requestedFilter(plan, one.id, claimId, one.name), update: outcomeUpdate(plan, one) })),
    ids.flatMap((id) => settlingUpdates(plan, id, claimId, now)),
  ];
}

/** Writes a slice as an ingester does. */
export async function ingest(
  documents: Collection,
  plan: RunPlan,
  claimId: string,
  said: readonly Said[],
): Promise<void> {
  for (const bulk of bulksOf(plan, claimId, said)) await documents.bulk(bulk);
}

function outcomeUpdate(plan: RunPlan, { name, outcome }: Said): BulkUpdate['update'] {
  if (outcome === 'answered') return answerUpdate(plan, name, templateOf(name));
  if (outcome === 'failed') return failureUpdate(plan, name, trouble, 1, now);
  const countsAttempt = outcome === 'retry';
  return retryUpdate(plan, name, { error: trouble, attempt: 1, now, notBefore: later, countsAttempt });
}

/** The user's part: an answer is pushed, so that one written twice is seen. */
function templateOf(name: string): BulkUpdate['update'] {
  return { $push: { answers: name } };
}

export async function documentOf(documents: Collection, id: unknown): Promise<Fields> {
  const document = await documents.findOne({ _id: id });
  if (document === null) throw new Error(`there is no document ${String(id)}`);
  return document;
}

export async function marksOf(documents: Collection, plan: RunPlan, id: unknown): Promise<ReadMarks> {
  return readMarks(plan, await documentOf(documents, id));
}

import { chat, definePipeline, planRun, type RunPlan } from '@batchmill/pipeline';
import type { BulkUpdate, Collection, Fields } from '@batchmill/store';
import { KnownPipelines } from '@batchmill/testing';
import {
  answerUpdate,
  requestedFilter,
  stillClaimedFilter,
  claimFilter,
  claimUpdate,
  failureUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  readMarks,
  retryUpdate,
  documentOutcomeUpdates,
  type ClaimMark,
  type Marks,
} from '../index.js';

export const now = new Date('2026-01-01T12:00:00Z');
export const later = new Date('2026-01-01T13:00:00Z');
export const trouble = { kind: 'ProcessingError', code: 'provider.refusal', message: 'the model refused' } as const;

const inferencePart = {
  status: { field: 'ai_status' },
  functions: [chat({ name: 'summary', user: '{{ text }}' }), chat({ name: 'topics', user: '{{ text }}' })],
};
const notes = definePipeline({
  name: 'notes',
  source: { collection: 'notes' },
  embeddings: { text: 'text', status: { field: 'embedding_status' }, vectors: { collection: 'notes' } },
  inference: inferencePart,
});
const named = definePipeline({
  ...notes,
  name: 'named',
  source: { collection: 'notes', queryTemplate: queryWithStatus },
});
const elsewhere = definePipeline({
  ...notes,
  name: 'elsewhere',
  inference: { ...inferencePart, errorField: 'ai.last_error' },
});
const pipelines = new KnownPipelines([notes, named, elsewhere]);

function queryWithStatus(): Record<string, unknown> {
  return { ai_status: 'pending' };
}

/** Two functions, `summary` and `topics`. */
export const inference: RunPlan = planRun(pipelines.get('notes'), { endpoint: 'inference' });
/** The same, with a query that names the status field. */
export const namingStatus: RunPlan = planRun(pipelines.get('named'), { endpoint: 'inference' });
/** The same, with errors stored at `ai.last_error`. */
export const errorsElsewhere: RunPlan = planRun(pipelines.get('elsewhere'), { endpoint: 'inference' });
export const embeddings: RunPlan = planRun(pipelines.get('notes'), { endpoint: 'embeddings' });

export interface MarkOptions extends Partial<Omit<ClaimMark, 'run'>> {
  readonly claimId: string;
  readonly runId?: string;
  readonly installation?: string;
  /** The claim that the documents carried when they were found. */
  readonly previousClaimId?: string | null;
  /** The functions that must not be done. */
  readonly undone?: readonly string[];
}

/**
 * Marks documents with a claim, as the chunk-scanner does. Resolves with the ids of those that carry the claim then.
 */
export async function mark(
  documents: Collection,
  plan: RunPlan,
  ids: readonly unknown[],
  { previousClaimId = null, runId = 'run', installation = 'here', ...about }: MarkOptions,
): Promise<unknown[]> {
  const run = { installation, runId };
  const claim = { run, functions: plan.functions, restart: false, now, template: {}, ...about };
  const update = claimUpdate(plan, claim);
  await documents.bulk(ids.map((id) => ({ filter: claimFilter(plan, id, { previousClaimId, ...claim }), update })));
  const claimed = documents.find(stillClaimedFilter(plan, ids, about.claimId), { sort: { _id: 1 } });
  return Array.fromAsync(claimed, ({ _id }) => _id);
}

/** What became of one request. */
export interface Outcome {
  readonly id: unknown;
  readonly name: string;
  readonly outcome: 'answered' | 'failed' | 'retry' | 'free-retry';
}

/** The bulks (a), (b) and (c) that an ingester writes for a slice of results. */
export function bulksOf(plan: RunPlan, claimId: string, results: readonly Outcome[]): BulkUpdate[][] {
  const answered = results.filter(({ outcome }) => outcome === 'answered');
  const ids = [...new Set(results.map(({ id }) => id))];
  return [
    answered.map(({ id, name }) => ({
      filter: lastAnswerFilter(plan, id, claimId, name),
      update: lastAnswerUpdate(plan, name, templateOf(name), now),
    })),
    results.map((one) => ({
      filter: requestedFilter(plan, one.id, claimId, one.name),
      update: outcomeUpdate(plan, one),
    })),
    ids.flatMap((id) => documentOutcomeUpdates(plan, id, claimId, now)),
  ];
}

/** Writes a slice of results, as the result-ingester does. */
export async function ingest(
  documents: Collection,
  plan: RunPlan,
  claimId: string,
  results: readonly Outcome[],
): Promise<void> {
  for (const bulk of bulksOf(plan, claimId, results)) await documents.bulk(bulk);
}

function outcomeUpdate(plan: RunPlan, { name, outcome }: Outcome): BulkUpdate['update'] {
  if (outcome === 'answered') return answerUpdate(plan, name, templateOf(name));
  if (outcome === 'failed') return failureUpdate(plan, name, trouble, 1, now);
  const countsAttempt = outcome === 'retry';
  return retryUpdate(plan, name, { error: trouble, attempt: 1, now, notBefore: later, countsAttempt });
}

/** The user's part of the update. It pushes the answer, so that an answer written twice shows. */
function templateOf(name: string): BulkUpdate['update'] {
  return { $push: { answers: name } };
}

export async function documentOf(documents: Collection, id: unknown): Promise<Fields> {
  const document = await documents.findOne({ _id: id });
  if (document === null) throw new Error(`there is no document ${String(id)}`);
  return document;
}

export async function marksOf(documents: Collection, plan: RunPlan, id: unknown): Promise<Marks> {
  return readMarks(plan, await documentOf(documents, id));
}

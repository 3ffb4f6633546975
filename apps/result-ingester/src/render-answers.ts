import type { Clock, DocumentError } from '@batchmill/contracts';
import { responseUpdate, type RunPlan } from '@batchmill/pipeline';
import { embeddedUpdate, mergeUpdates, type Batch } from '@batchmill/records';
import type { Fields, Update } from '@batchmill/store';
import type { Outcome } from './result-slices.js';

/** Code of the pipeline may be asynchronous: this many answers are rendered concurrently. */
const renderConcurrency = 16;

/** An outcome whose document waits for it. `document` as it was read. */
export interface ClaimedOutcome {
  readonly outcome: Outcome;
  readonly document: Fields;
}

export interface RenderedAnswer extends ClaimedOutcome {
  /** Writes the answer into its document. */
  readonly update: Update;
}

export interface RenderedSlice {
  readonly answers: readonly RenderedAnswer[];
  /** Outcomes without an answer. */
  readonly unanswered: readonly ClaimedOutcome[];
  /** Answers that could not be rendered, as failures. */
  readonly unusable: readonly ClaimedOutcome[];
}

/** Renders answers with the pipeline's processors and response templates. */
export async function renderAnswers(
  claimed: readonly ClaimedOutcome[],
  { plan, batch }: { readonly plan: RunPlan; readonly batch: Pick<Batch, 'runId' | 'model'> },
  clock: Clock,
): Promise<RenderedSlice> {
  const slice = {
    answers: [] as RenderedAnswer[],
    unanswered: [] as ClaimedOutcome[],
    unusable: [] as ClaimedOutcome[],
  };
  for (let from = 0; from < claimed.length; from += renderConcurrency) {
    const group = claimed.slice(from, from + renderConcurrency);
    const rendered = await Promise.all(group.map((one) => render(one, plan, batch, clock.now())));
    for (const [index, one] of group.entries()) {
      const result = rendered[index] ?? null;
      if (result === null) slice.unanswered.push(one);
      else if ('update' in result) slice.answers.push({ ...one, update: { ...result.update } });
      else slice.unusable.push(unusable(one, result.error));
    }
  }
  return slice;
}

/** Null when the outcome has no answer. */
async function render(
  { outcome, document }: ClaimedOutcome,
  plan: RunPlan,
  { runId, model }: Pick<Batch, 'runId' | 'model'>,
  now: Date,
): Promise<{ update: Update } | { error: DocumentError } | null> {
  const { classified, function: name } = outcome;
  if (classified.outcome !== 'answered') return null;
  const rendered = await responseUpdate(plan, name, classified, document, { now, runId });
  const dimensions = plan.endpointPlan.vectors?.dimensions;
  if ('error' in rendered || outcome.textHash === undefined || dimensions === undefined) return rendered;
  const embedded = { textHash: outcome.textHash, model, dimensions, at: now };
  return { update: mergeUpdates({ ...rendered.update }, embeddedUpdate(plan, name, embedded)) };
}

/**
 * The outcome of an answer that our side could not use. It fails once and is kept: a mended processor or template can use it
 * later, and buying another answer would be paid again.
 */
export function unusable(one: ClaimedOutcome, error: DocumentError): ClaimedOutcome {
  const { usage } = one.outcome.classified;
  return { ...one, outcome: { ...one.outcome, classified: { outcome: 'fail', error, usage, isKept: true } } };
}

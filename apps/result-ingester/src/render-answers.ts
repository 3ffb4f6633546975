import type { Clock, DocumentError } from '@batchmill/contracts';
import { responseUpdate, type RunPlan } from '@batchmill/pipeline';
import type { Classified } from '@batchmill/provider';
import type { Fields, Update } from '@batchmill/store';
import type { BatchToIngest, Outcome } from './result-slices.js';

/** Code of the pipeline may be asynchronous: this many answers are rendered concurrently. */
const renderConcurrency = 16;

/** An outcome whose document still carries the batch's claim. `document` as it was read. */
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
  /** Outcomes without an answer, and answers that could not be rendered. */
  readonly failures: readonly ClaimedOutcome[];
}

/** Renders answers with the pipeline's response templates, and counts those that cannot be rendered. */
export async function renderAnswers(
  claimed: readonly ClaimedOutcome[],
  { plan, batch, progress }: Pick<BatchToIngest, 'plan' | 'batch' | 'progress'>,
  clock: Clock,
): Promise<RenderedSlice> {
  const answers: RenderedAnswer[] = [];
  const failures: ClaimedOutcome[] = [];
  for (let from = 0; from < claimed.length; from += renderConcurrency) {
    const group = claimed.slice(from, from + renderConcurrency);
    const rendered = await Promise.all(group.map((one) => render(one, plan, batch.runId, clock.now())));
    for (const [index, one] of group.entries()) {
      const result = rendered[index] ?? null;
      if (result === null) failures.push(one);
      else if ('update' in result) answers.push({ ...one, update: { ...result.update } });
      else {
        const failure = unrenderable(one, result.error);
        progress.countUnusable(failure.outcome.classified.outcome === 'retry' ? 'retried' : 'failed', result.error);
        failures.push(failure);
      }
    }
  }
  return { answers, failures };
}

/** Null when the outcome has no answer. */
async function render(
  { outcome, document }: ClaimedOutcome,
  plan: RunPlan,
  runId: string,
  now: Date,
): Promise<{ update: Update } | { error: DocumentError } | null> {
  const { classified, function: name } = outcome;
  if (classified.outcome !== 'answered') return null;
  return responseUpdate(plan, name, classified, document, { now, runId });
}

/** Another answer may help where a processor failed on this one, but not where a template does not fit the document. */
function unrenderable(one: ClaimedOutcome, error: DocumentError): ClaimedOutcome {
  const { usage } = one.outcome.classified;
  return withResult(
    one,
    error.kind === 'TemplateError'
      ? { outcome: 'fail', error, usage }
      : { outcome: 'retry', error, countsAttempt: true, usage },
  );
}

export function withResult(one: ClaimedOutcome, classified: Classified): ClaimedOutcome {
  return { ...one, outcome: { ...one.outcome, classified } };
}

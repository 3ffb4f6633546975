import { documentError, type DocumentError } from '@batchmill/contracts';
import { presentText, type RunPlan } from '@batchmill/pipeline';
import { textProjection } from '@batchmill/records';
import type { FindOptions } from '@batchmill/store';
import type { ClaimedOutcome } from './render-answers.js';

const renderConcurrency = 16;

export const changedMeanwhile: DocumentError = documentError(
  'ProcessingError',
  'document.changed',
  'The text of the document changed after it was sent, so the vector would be that of an older text',
);

/** What is read of documents to write their answers: a processor reads all of it, a vector needs the marks and the text. */
export function answeredFields(plan: RunPlan): Pick<FindOptions, 'projection'> {
  const projection = plan.endpointPlan.vectors === null ? undefined : textProjection(plan);
  return projection === undefined ? {} : { projection };
}

/**
 * The answers whose document has another text by now than the one that was sent. Where code of the pipeline fails, it cannot be told,
 * and the answer counts as current. So does one of a request of an earlier version, of which the text is not known.
 */
export async function staleAnswers(
  claimed: readonly ClaimedOutcome[],
  plan: RunPlan,
): Promise<ReadonlySet<ClaimedOutcome>> {
  const stale = new Set<ClaimedOutcome>();
  for (let from = 0; from < claimed.length; from += renderConcurrency) {
    const slice = claimed.slice(from, from + renderConcurrency);
    const changed = await Promise.all(slice.map((one) => hasChanged(one, plan)));
    for (const [index, one] of slice.entries()) if (changed[index] === true) stale.add(one);
  }
  return stale;
}

async function hasChanged({ outcome, document }: ClaimedOutcome, plan: RunPlan): Promise<boolean> {
  if (outcome.textHash === undefined || outcome.classified.outcome !== 'answered') return false;
  const present = await presentText(plan, outcome.function, document);
  if (present?.kind === 'text') return present.hash !== outcome.textHash;
  return present?.kind === 'none';
}

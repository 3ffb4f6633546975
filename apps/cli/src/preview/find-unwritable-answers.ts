import { noUsage } from '@batchmill/models';
import { responseUpdate, type PipelineFunction, type RunPlan } from '@batchmill/pipeline';
import type { RenderFailure } from '@batchmill/provider';
import type { Fields } from '@batchmill/store';

const exampleAnswer = { kind: 'text', text: 'An answer.', body: {} } as const;

/**
 * Finds the functions whose response template fails for a document whatever the answer is. Functions with a schema, a
 * processor or a response template in code are not checked, because what they write depends on the answer.
 */
export async function findUnwritableAnswers(
  plan: RunPlan,
  document: Fields,
  { functions, now }: { readonly functions: readonly string[]; readonly now: Date },
): Promise<RenderFailure[]> {
  const failures: RenderFailure[] = [];
  for (const name of functions.filter((each) => writesPlainText(plan.planned.get(each)?.definition))) {
    const context = { now, runId: 'preview' };
    const update = await responseUpdate(plan, name, { answer: exampleAnswer, usage: noUsage }, document, context);
    if ('error' in update) failures.push({ function: name, error: update.error });
  }
  return failures;
}

function writesPlainText(definition: PipelineFunction | undefined): boolean {
  if (definition?.kind !== 'prompt') return false;
  const { process, responseSchema, responseTemplate } = definition;
  return process === null && responseSchema === null && typeof responseTemplate.source !== 'function';
}

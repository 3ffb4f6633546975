import { noUsage } from '@batchmill/models';
import { responseUpdate, type PipelineFunction, type RunPlan } from '@batchmill/pipeline';
import type { RenderFailure } from '@batchmill/provider';
import type { Fields } from '@batchmill/store';

const anyAnswer = { kind: 'text', text: 'An answer.', body: {} } as const;

/**
 * Whose answers could not be written onto the document whatever they say. Functions that make something else of an answer
 * first, by a schema or by code, are not looked at: what they make of it is not known before it is there.
 */
export async function findUnwritable(
  plan: RunPlan,
  document: Fields,
  { functions, now }: { readonly functions: readonly string[]; readonly now: Date },
): Promise<RenderFailure[]> {
  const found: RenderFailure[] = [];
  for (const name of functions.filter((one) => writesTextAsItIs(plan.planned.get(one)?.definition))) {
    const at = { now, runId: 'preview' };
    const written = await responseUpdate(plan, name, { answer: anyAnswer, usage: noUsage }, document, at);
    if ('error' in written) found.push({ function: name, error: written.error });
  }
  return found;
}

function writesTextAsItIs(asks: PipelineFunction | undefined): boolean {
  if (asks?.kind !== 'prompt') return false;
  const { process, responseSchema, responseTemplate } = asks;
  return process === null && responseSchema === null && typeof responseTemplate.source !== 'function';
}

import { DocumentFailure } from '@batchmill/contracts';
import { isPlainObject, type SourceDocument } from '@batchmill/documents';
import { isMissing } from '@batchmill/templates';
import type { RunPlan } from '../plan/run-plan.js';
import { documentVariables } from './template-variables.js';

const maxDepth = 20;

/**
 * The variables with a value that templates of a document may use: fields, with dotted paths into objects, the field map and the
 * run's parameters. Names only, sorted, without Batchmill's marks.
 */
export async function availableVariables(plan: RunPlan, document: SourceDocument): Promise<string[]> {
  const { embeddings, inference } = plan.pipeline;
  const markFields = [embeddings, inference].map((endpointPlan) => endpointPlan?.infoField);
  return Object.entries(await variablesOf(plan, document))
    .filter(([name]) => name !== 'document' && !markFields.includes(name))
    .flatMap(([name, value]) => namesIn(name, value, []))
    .sort();
}

/** The fields only, when a preprocess function of the document fails. */
async function variablesOf(plan: RunPlan, document: SourceDocument): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await documentVariables(plan, document);
  } catch (error) {
    if (error instanceof DocumentFailure) return { ...document, ...plan.parameters };
    throw error;
  }
}

/** A circular value, or one that is too deep, is listed without its fields. */
function namesIn(name: string, value: unknown, parents: readonly unknown[]): string[] {
  if (isMissing(value)) return [];
  if (!isPlainObject(value) || parents.includes(value) || parents.length === maxDepth) return [name];
  const path = [...parents, value];
  return Object.entries(value).flatMap(([key, inner]) => namesIn(`${name}.${key}`, inner, path));
}

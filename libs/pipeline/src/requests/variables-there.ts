import { DocumentFailure } from '@batchmill/contracts';
import { isPlainObject, type SourceDocument } from '@batchmill/documents';
import type { RunPlan } from '../plan/run-plan.js';
import { documentVariables } from './template-variables.js';

const maxDepth = 20;

/**
 * What the templates of a document may name because it has a value: fields, and those of objects in them by dotted path,
 * the field map, the run's parameters. Names alone, sorted; our own bookkeeping is left out.
 */
export async function variablesThere(plan: RunPlan, document: SourceDocument): Promise<string[]> {
  const { embeddings, inference } = plan.pipeline;
  const ours = [embeddings, inference].map((endpointPlan) => endpointPlan?.infoField);
  return Object.entries(await variablesOf(plan, document))
    .filter(([name]) => name !== 'document' && !ours.includes(name))
    .flatMap(([name, value]) => namesIn(name, value, []))
    .sort();
}

/** Of a document whose preprocess function throws the fields alone. */
async function variablesOf(plan: RunPlan, document: SourceDocument): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await documentVariables(plan, document);
  } catch (error) {
    if (error instanceof DocumentFailure) return { ...document, ...plan.parameters };
    throw error;
  }
}

/** What is null is as good as missing; what is within itself, or too deep to be read, is a name like any other. */
function namesIn(name: string, value: unknown, within: readonly unknown[]): string[] {
  if (value === undefined || value === null) return [];
  if (!isPlainObject(value) || within.includes(value) || within.length === maxDepth) return [name];
  const inside = [...within, value];
  return Object.entries(value).flatMap(([key, inner]) => namesIn(`${name}.${key}`, inner, inside));
}

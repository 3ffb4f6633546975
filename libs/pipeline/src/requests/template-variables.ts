import type { SourceDocument } from '../definition/source-document.js';
import { DocumentFailure, documentError } from '../document-error.js';
import type { Source } from '../pipeline.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';
import { readPath } from '../read-path.js';
import { singularOf } from './singular-of.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * What every template of a document sees: its fields, the field map over them, the run's parameters over those, and
 * `document` itself. Throws a DocumentFailure when a preprocess function throws.
 */
export function documentVariables(plan: RunPlan, document: SourceDocument): Variables {
  return { ...document, ...mappedFields(plan.pipeline.source, document), ...plan.parameters, document };
}

/** The variables of a document, with the item that a function is asked for. */
export function functionVariables(variables: Variables, { asks, item }: PlannedFunction): Variables {
  if (item === null || asks.kind === 'embedding' || asks.forEach === null) return variables;
  return { ...variables, [singularOf(asks.forEach)]: item.value, item: item.value, index: item.index };
}

function mappedFields(source: Source, document: SourceDocument): Variables {
  const mapped: Record<string, unknown> = {};
  for (const [variable, path] of Object.entries(source.fieldMap)) {
    const value = readPath(document, path);
    const preprocess = source.preprocessFunctions[variable];
    mapped[variable] =
      value === undefined || preprocess === undefined ? value : call(variable, () => preprocess(value, document));
  }
  return mapped;
}

function call(variable: string, preprocess: () => unknown): unknown {
  try {
    return preprocess();
  } catch (error) {
    // Its message may quote the document: only its name is told.
    const name = error instanceof Error ? error.name : typeof error;
    throw new DocumentFailure(
      documentError('ProcessingError', 'preprocess.failed', `The preprocess function of "${variable}" threw a ${name}`),
      { cause: error },
    );
  }
}

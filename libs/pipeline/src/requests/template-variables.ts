import { readPath, type SourceDocument } from '@batchmill/documents';
import { callCode } from '../code/call-code.js';
import { plainCopy } from '../code/plain-copy.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';
import { singularOf } from './singular-of.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * What every template of a document sees: its fields, the field map over them, the run's parameters over those, and
 * `document` itself. Throws a DocumentFailure when a preprocess function fails.
 */
export async function documentVariables(plan: RunPlan, document: SourceDocument): Promise<Variables> {
  return { ...document, ...(await mappedFields(plan, document)), ...plan.parameters, document };
}

/** The variables of a document, with the item that a function is asked for. */
export function functionVariables(variables: Variables, { definition, item }: PlannedFunction): Variables {
  if (item === null || definition.kind === 'embedding' || definition.forEach === null) return variables;
  return { ...variables, [singularOf(definition.forEach)]: item.value, item: item.value, index: item.index };
}

async function mappedFields({ pipeline }: RunPlan, document: SourceDocument): Promise<Variables> {
  const { fieldMap, preprocessFunctions } = pipeline.source;
  const limitMs = pipeline.batch.codeTimeoutMs;
  const mapped: Record<string, unknown> = {};
  for (const [variable, path] of Object.entries(fieldMap)) {
    const value = readPath(document, path);
    const preprocess = preprocessFunctions[variable];
    const calling = { what: `The preprocess function of "${variable}"`, code: 'preprocess.failed', limitMs } as const;
    mapped[variable] =
      value === undefined || preprocess === undefined
        ? value
        : await callCode(calling, () => {
            const own = plainCopy(document);
            return preprocess(readPath(own, path), own);
          });
  }
  return mapped;
}

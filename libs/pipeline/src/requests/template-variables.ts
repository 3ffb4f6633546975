import { readMappedPath, type SourceDocument } from '@batchmill/documents';
import { callUserCode } from '../user-code/call-user-code.js';
import { plainCopy } from '../user-code/plain-copy.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';

type Variables = Readonly<Record<string, unknown>>;

/**
 * The variables of all templates of a document: its fields, the field map, the run's parameters and `document`, where later ones
 * take precedence. Rejects with a DocumentFailure when a preprocess function fails.
 */
export async function documentVariables(
  plan: Pick<RunPlan, 'pipeline' | 'parameters'>,
  document: SourceDocument,
): Promise<Variables> {
  return { ...document, ...(await mappedFields(plan, document)), ...plan.parameters, document };
}

/** The variables of a document with the item of the function. */
export function functionVariables(variables: Variables, { definition, item }: PlannedFunction): Variables {
  if (item === null || definition.kind === 'embedding' || definition.forEach === null) return variables;
  return { ...variables, [singularOf(definition.forEach)]: item.value, item: item.value, index: item.index };
}

async function mappedFields({ pipeline }: Pick<RunPlan, 'pipeline'>, document: SourceDocument): Promise<Variables> {
  const { fieldMap, preprocessFunctions } = pipeline.source;
  const timeoutMs = pipeline.batch.codeTimeoutMs;
  const mapped: Record<string, unknown> = {};
  for (const [variable, path] of Object.entries(fieldMap)) {
    const value = readMappedPath(document, path);
    const preprocess = preprocessFunctions[variable];
    const options = { what: `The preprocess function of "${variable}"`, code: 'preprocess.failed', timeoutMs } as const;
    mapped[variable] =
      value === undefined || preprocess === undefined
        ? value
        : await callUserCode(options, () => {
            const copy = plainCopy(document);
            return preprocess(readMappedPath(copy, path), copy);
          });
  }
  return mapped;
}

/** `question` for `questions`, `company` for `companies`; `item` for a name that is not a plural in s. */
export function singularOf(name: string): string {
  if (/[^aeiou]ies$/i.test(name)) return `${name.slice(0, -3)}y`;
  if (/(?:s|x|ch|sh)es$/i.test(name)) return name.slice(0, -2);
  return /[^s]s$/i.test(name) ? name.slice(0, -1) : 'item';
}

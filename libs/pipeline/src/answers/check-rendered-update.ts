import { fieldPathPattern } from '../check/section.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import { DocumentFailure, documentError } from '../document-error.js';
import { pathsOverlap } from '../paths-overlap.js';
import type { PlannedFunction, RunPlan } from '../plan/run-plan.js';

/**
 * Keys that were templates may have become anything. A field that we keep ourselves, or one that no store takes, is the
 * document's failure; `_id` is left out.
 */
export function checkRenderedUpdate(
  plan: RunPlan,
  planned: PlannedFunction,
  rendered: UpdateOperators,
): UpdateOperators {
  const checked = Object.entries(rendered)
    .map(([operator, fields]) => [operator, checkFields(plan, planned, operator, fields)] as const)
    .filter(([, fields]) => Object.keys(fields).length > 0);
  return Object.fromEntries(checked);
}

function checkFields(
  { side }: RunPlan,
  { name }: PlannedFunction,
  operator: string,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const written = Object.entries(fields).filter(([path]) => !pathsOverlap(path, '_id'));
  for (const [path] of written) {
    const kept = [side.status.field, side.infoField].find((field) => pathsOverlap(path, field));
    if (kept === undefined && fieldPathPattern.test(path)) continue;
    const why = kept === undefined ? 'is no field that a store takes' : `is "${kept}", which is kept by us`;
    throw new DocumentFailure(
      documentError(
        'TemplateError',
        'response.bad-path',
        `Function ${name}, response template: a key under ${operator} ${why}`,
      ),
    );
  }
  return Object.fromEntries(written);
}

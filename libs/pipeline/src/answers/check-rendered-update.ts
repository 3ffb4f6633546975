import { overlap } from '../check/check-side.js';
import { fieldPathPattern } from '../check/section.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import { DocumentFailure, documentError } from '../document-error.js';
import type { PromptFunction } from '../pipeline.js';
import type { RunPlan } from '../plan/run-plan.js';
import { isTemplate } from '../templates/compile-value.js';

/**
 * Keys that were templates may have become anything. A field of another depth than was written, one that we keep
 * ourselves, or one that no store takes is the document's failure; `_id` is left out.
 */
export function checkRenderedUpdate(plan: RunPlan, asks: PromptFunction, rendered: UpdateOperators): UpdateOperators {
  const { source } = asks.responseTemplate;
  if (!hasTemplateKeys(source)) return rendered;
  const depths = new Set(Object.values(source).flatMap((fields) => Object.keys(fields).map(depthOf)));
  const checked: Record<string, Record<string, unknown>> = {};
  for (const [operator, fields] of Object.entries(rendered)) {
    for (const [path, value] of Object.entries(fields)) {
      if (overlap(path, '_id')) continue;
      const kept = [plan.side.status.field, plan.side.infoField].find((field) => overlap(path, field));
      if (kept !== undefined || !fieldPathPattern.test(path) || !depths.has(depthOf(path)))
        throw badPath(asks, operator, kept);
      (checked[operator] ??= {})[path] = value;
    }
  }
  return checked;
}

function hasTemplateKeys(source: UpdateOperators): boolean {
  return Object.values(source).some((fields) => Object.keys(fields).some(isTemplate));
}

/** Parts of a path; what stands in `{{ }}` is within one part. */
function depthOf(path: string): number {
  return path.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, '').split('.').length;
}

function badPath(asks: PromptFunction, operator: string, kept: string | undefined): DocumentFailure {
  const why = kept === undefined ? 'is no field, or deeper than it was written' : `is "${kept}", which is kept by us`;
  return new DocumentFailure(
    documentError(
      'TemplateError',
      'response.bad-path',
      `Function ${asks.name}, response template: a key under ${operator} ${why}`,
    ),
  );
}

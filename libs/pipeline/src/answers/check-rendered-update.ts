import { isPlainObject, pathsOverlap } from '@batchmill/documents';
import { isKnownOperator } from '../check/check-update-template.js';
import { fieldPathPattern } from '../check/section.js';
import type { UpdateOperators } from '../definition/update-operators.js';
import type { EndpointPlan } from '../pipeline.js';

/** An update that must not be written; its message names no contents. */
export class UnusableUpdate extends Error {}

/**
 * What a template or a function of the pipeline made, without what we write ourselves: the status set to what it becomes
 * anyway, and `_id`. Throws UnusableUpdate when it is no update, writes a field that we keep, or one that no store takes.
 */
export function checkRenderedUpdate(
  endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>,
  statusValue: string,
  rendered: unknown,
): UpdateOperators {
  if (!isPlainObject(rendered))
    throw new UnusableUpdate('what it gives is no update such as { $set: { field: value } }');
  const kept = [endpointPlan.status.field, endpointPlan.infoField, endpointPlan.errorField];
  const isOurs = (operator: string, path: string, value: unknown): boolean =>
    pathsOverlap(path, '_id') || (operator === '$set' && path === endpointPlan.status.field && value === statusValue);
  const checked = Object.entries(rendered).map(([operator, fields]) => {
    const written = fieldsOf(operator, fields).filter(([path, value]) => !isOurs(operator, path, value));
    for (const [path, value] of written) {
      checkPath(operator, path, kept);
      if (operator === '$rename') checkPath(operator, String(value), [...kept, '_id']);
    }
    return [operator, Object.fromEntries(written)] as const;
  });
  return Object.fromEntries(checked.filter(([, fields]) => Object.keys(fields).length > 0));
}

function fieldsOf(operator: string, fields: unknown): [string, unknown][] {
  if (!isKnownOperator(operator)) throw new UnusableUpdate('what it gives has a key that is no operator such as $set');
  if (!isPlainObject(fields))
    throw new UnusableUpdate(`what it gives under ${operator} is no object from fields to values`);
  return Object.entries(fields);
}

function checkPath(operator: string, path: string, kept: readonly string[]): void {
  const ours = kept.find((field) => pathsOverlap(path, field));
  if (ours !== undefined) throw new UnusableUpdate(`a key under ${operator} is "${ours}", which is kept by us`);
  if (!fieldPathPattern.test(path)) throw new UnusableUpdate(`a key under ${operator} is no field that a store takes`);
}

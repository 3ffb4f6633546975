import { isPlainObject, pathsOverlap } from '@batchmill/documents';
import { isKnownOperator } from '../check/check-update-template.js';
import { fieldPathPattern } from '../check/section.js';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import type { EndpointPlan } from '../pipeline.js';

/** An update that must not be written. The message contains no contents. */
export class UnusableUpdate extends Error {}

/**
 * Checks the result of a template or a function and returns it without `_id` and without setting the status to the value that
 * Batchmill sets anyway. Throws an UnusableUpdate when it is not an update, or writes a reserved or an invalid field.
 */
export function checkRenderedUpdate(
  endpointPlan: Pick<EndpointPlan, 'status' | 'infoField' | 'errorField'>,
  statusValue: string,
  rendered: unknown,
): UpdateOperators {
  if (!isPlainObject(rendered))
    throw new UnusableUpdate('its result is not an update such as { $set: { field: value } }');
  const reserved = [endpointPlan.status.field, endpointPlan.infoField, endpointPlan.errorField];
  const isIgnored = (operator: string, path: string, value: unknown): boolean =>
    pathsOverlap(path, '_id') || (operator === '$set' && path === endpointPlan.status.field && value === statusValue);
  const checked = Object.entries(rendered).map(([operator, fields]) => {
    const written = fieldsOf(operator, fields).filter(([path, value]) => !isIgnored(operator, path, value));
    for (const [path, value] of written) {
      checkPath(operator, path, reserved);
      if (operator === '$rename') checkPath(operator, String(value), [...reserved, '_id']);
    }
    return [operator, Object.fromEntries(written)] as const;
  });
  return Object.fromEntries(checked.filter(([, fields]) => Object.keys(fields).length > 0));
}

function fieldsOf(operator: string, fields: unknown): [string, unknown][] {
  if (!isKnownOperator(operator)) throw new UnusableUpdate('its result has a key that is not an operator such as $set');
  if (!isPlainObject(fields))
    throw new UnusableUpdate(`its result has no object from fields to values under ${operator}`);
  return Object.entries(fields);
}

function checkPath(operator: string, path: string, reserved: readonly string[]): void {
  const overlapped = reserved.find((field) => pathsOverlap(path, field));
  if (overlapped !== undefined)
    throw new UnusableUpdate(`a key under ${operator} writes "${overlapped}", which is reserved for Batchmill`);
  if (!fieldPathPattern.test(path)) throw new UnusableUpdate(`a key under ${operator} is not a valid field`);
}

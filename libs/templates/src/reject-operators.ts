import { isPlainObject } from '@batchmill/documents';
import { TemplateOperatorError } from './render-errors.js';

/** Update operators whose operand may hold modifiers such as `$each`. */
const withModifiers = ['$push', '$addToSet', '$pushAll', '$bit', '$currentDate'];

/**
 * Throws a TemplateOperatorError when MongoDB would execute keys of a rendered value as operators, so that the contents of
 * an answer or a document are only ever written. `keys` is the value's path in the update: the operator, the field, then
 * keys within the operand. At any other place a `$` has no effect.
 */
export function rejectOperators(value: unknown, [operator = '', ...path]: readonly string[]): void {
  const isExecuted =
    (operator === '$pull' && hasOperator(value, new Set())) ||
    (withModifiers.includes(operator) && path.length === 1 && isPlainObject(value) && hasOperatorKey(value));
  if (isExecuted) throw new TemplateOperatorError();
}

/** True for an operator at any depth, as in a condition. */
function hasOperator(value: unknown, visited: Set<unknown>): boolean {
  if (visited.has(value) || !(Array.isArray(value) || isPlainObject(value))) return false;
  visited.add(value);
  return hasOperatorKey(value) || Object.values(value).some((item) => hasOperator(item, visited));
}

function hasOperatorKey(value: object): boolean {
  return Object.keys(value).some((key) => key.startsWith('$'));
}

import { isPlainObject } from '@batchmill/documents';

/** What stands in an output has a key that begins with `$`, where it would be an operator: only the template may say those. */
export class TemplateOperatorError extends Error {}

/** Of these a field's operand may hold modifiers, such as `$each`. */
const withModifiers = ['$push', '$addToSet', '$pushAll', '$bit', '$currentDate'];

/**
 * Throws a TemplateOperatorError for a value that would be obeyed where it stands in an update: what an answer or a document
 * holds is written. `keys` lead there: the operator, the field, what is within. Elsewhere a `$` is a letter like others.
 */
export function expectNoOperator(value: unknown, [operator = '', ...within]: readonly string[]): void {
  const isObeyed =
    (operator === '$pull' && hasOperator(value, new Set())) ||
    (withModifiers.includes(operator) && within.length === 1 && isPlainObject(value) && hasOwnOperator(value));
  if (isObeyed) throw new TemplateOperatorError();
}

/** A condition is one at any depth. */
function hasOperator(value: unknown, seen: Set<unknown>): boolean {
  if (seen.has(value) || !(Array.isArray(value) || isPlainObject(value))) return false;
  seen.add(value);
  return hasOwnOperator(value) || Object.values(value).some((item) => hasOperator(item, seen));
}

function hasOwnOperator(value: object): boolean {
  return Object.keys(value).some((key) => key.startsWith('$'));
}

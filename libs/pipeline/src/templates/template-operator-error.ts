import { isPlainObject } from '../is-plain-object.js';

/** What stands in an output has a key that begins with `$`: in an update it would be an operator, which only the template may say. */
export class TemplateOperatorError extends Error {}

/** Throws a TemplateOperatorError. What an answer or a document holds is written, and never obeyed. */
export function expectNoOperator(value: unknown, seen = new Set<unknown>()): void {
  if (seen.has(value) || !(Array.isArray(value) || isPlainObject(value))) return;
  seen.add(value);
  for (const [key, item] of Object.entries(value)) {
    if (key.startsWith('$')) throw new TemplateOperatorError();
    expectNoOperator(item, seen);
  }
}

import { DocumentFailure, documentError } from '@batchmill/contracts';
import { bsonType, isPlainObject, type SourceDocument } from '@batchmill/documents';
import type { PromptFunction } from '../pipeline.js';
import type { PlannedFunction } from '../plan/run-plan.js';

/** What an operator needs at its path, if there is anything: other operators take every value. */
const needed: Readonly<Record<string, (value: unknown) => boolean>> = {
  $push: Array.isArray,
  $addToSet: Array.isArray,
  $pull: Array.isArray,
  $pullAll: Array.isArray,
  $pop: Array.isArray,
  $inc: isNumber,
  $mul: isNumber,
};
/** A path that leads nowhere is nothing to remove. */
const removing = ['$unset', '$pull', '$pullAll', '$pop'];

/**
 * Throws a DocumentFailure when the document cannot hold an answer, because it has null, a text or a list where the response template
 * writes into an object, before the answer is paid for. Checks nothing of a template in code, whose paths nobody knows.
 */
export function checkTargets(
  { name, definition }: PlannedFunction & { readonly definition: PromptFunction },
  document: SourceDocument,
): void {
  const { source } = definition.responseTemplate;
  if (typeof source === 'function') return;
  for (const [operator, fields] of Object.entries(source)) {
    for (const key of Object.keys(isPlainObject(fields) ? fields : {})) {
      const blocked = blockedAt(document, key, operator);
      if (blocked === null) continue;
      const { path, value } = blocked;
      const message =
        `Function ${name}: its answer is written with ${operator} to "${key}", but the document has ${kindOf(value)} at "${path}"; ` +
        'unset that, or write the answer to another field';
      throw new DocumentFailure(documentError('ValidationError', 'document.answer-blocked', message));
    }
  }
}

/** The first value on a path that keeps the operator from writing; null: there is none. What a template makes of a key is not known. */
function blockedAt(document: unknown, key: string, operator: string): { path: string; value: unknown } | null {
  const isTemplate = key.includes('{{') || key.includes('{%');
  const parts = (isTemplate ? key.slice(0, key.search(/\{[{%]/)) : key).split('.');
  const parents = parts.slice(0, -1);
  let value = document;
  for (const [index, part] of [...parents.entries(), [parents.length, parts.at(-1) ?? ''] as const]) {
    const isContainer = isPlainObject(value) || (Array.isArray(value) && /^\d+$|^\$/.test(part));
    const path = parts.slice(0, index).join('.');
    if (!isContainer) return removing.includes(operator) ? null : { path, value };
    // A position that only the store finds, or a key that only the template knows.
    if (part.startsWith('$') || (isTemplate && index === parents.length)) return null;
    if (!Object.hasOwn(value as object, part)) return null;
    value = (value as Readonly<Record<string, unknown>>)[part];
    if (value === undefined) return null;
  }
  const isTaken = needed[operator]?.(value) ?? true;
  return isTaken ? null : { path: key, value };
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || ['Int32', 'Double', 'Long', 'Decimal128'].includes(bsonType(value) ?? '');
}

/** Never the value itself, which is a user's. */
function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (isPlainObject(value)) return 'an object';
  if (isNumber(value)) return 'a number';
  return typeof value === 'boolean' ? 'true or false' : 'another value';
}

import { ProcessingError } from '@batchmill/contracts';
import type { Update } from '../store.js';

/** No field has this name, so unsetting it changes nothing. */
const nothing = { $unset: { 'batchmill: no such field': '' } };

/**
 * The update to send: without undefined fields, and without operators that have no fields left, which MongoDB before
 * version 5 refuses. Refuses what the port does not support: whole documents, pipelines, positional paths.
 */
export function sentUpdate(collection: string, update: Update): Update {
  const operators = Object.entries(update).map(
    ([operator, fields]) => [operator, definedFields(collection, operator, fields)] as const,
  );
  const filled = operators.filter(([, fields]) => Object.keys(fields).length > 0);
  return filled.length === 0 ? nothing : Object.fromEntries(filled);
}

function definedFields(collection: string, operator: string, fields: unknown): Readonly<Record<string, unknown>> {
  if (!operator.startsWith('$')) refuse(collection, `${operator} is not an update operator`);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    refuse(collection, `${operator} needs an object of paths`);
  }
  const defined = Object.entries(fields).filter(([, operand]) => operand !== undefined);
  for (const [path] of defined) {
    if (path.split('.').some((part) => part.startsWith('$'))) {
      refuse(
        collection,
        `${path}: positional paths are not supported; set the whole array, or name the element by its number`,
      );
    }
  }
  return Object.fromEntries(defined);
}

function refuse(collection: string, message: string): never {
  throw new ProcessingError('store.update-refused', `${collection}: ${message}`);
}

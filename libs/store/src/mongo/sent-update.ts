import { ProcessingError } from '@batchmill/contracts';
import type { Update } from '../store.js';

/** No field has such a name: to drop it changes nothing. */
const nothing = { $unset: { 'batchmill: no such field': '' } };

/**
 * The update as the server is to get it: without fields that are undefined, and without operators that have none left,
 * which MongoDB refuses before version 5. Refuses what the port does not have: whole documents, pipelines, positional
 * paths.
 */
export function sentUpdate(collection: string, update: Update): Update {
  const operators = Object.entries(update).map(
    ([operator, fields]) => [operator, definedFields(collection, operator, fields)] as const,
  );
  const filled = operators.filter(([, fields]) => Object.keys(fields).length > 0);
  return filled.length === 0 ? nothing : Object.fromEntries(filled);
}

function definedFields(collection: string, operator: string, fields: unknown): Readonly<Record<string, unknown>> {
  if (!operator.startsWith('$')) refuse(collection, `${operator} is no update operator`);
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

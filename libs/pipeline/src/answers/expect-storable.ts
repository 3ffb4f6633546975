import { serialize } from 'bson';
import type { UpdateOperators } from '../definition/update-operators.js';
import { DocumentFailure, documentError } from '../document-error.js';
import type { PlannedFunction } from '../plan/run-plan.js';

/** Throws a DocumentFailure for what cannot be sent to any store: it would hold up all that is written along with it. */
export function expectStorable({ name }: PlannedFunction, update: UpdateOperators): void {
  try {
    serialize(update);
  } catch (error) {
    const told = `Function ${name}: what is to be written holds something that no store takes, such as a value within itself`;
    throw new DocumentFailure(documentError('ProcessingError', 'response.not-storable', told), { cause: error });
  }
}

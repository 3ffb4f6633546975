import { DocumentFailure, documentError } from '@batchmill/contracts';
import { serialize } from 'bson';
import type { UpdateOperators } from '../definition/update-operators.js';
import type { PlannedFunction } from '../plan/run-plan.js';

/** MongoDB takes a hundred levels, of which a field's path and the update need some. */
const deepest = 80;
const longs = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** Throws a DocumentFailure for what cannot be sent to any store: it would hold up all that is written along with it. */
export function expectStorable({ name }: PlannedFunction, update: UpdateOperators): void {
  const why = unstorableIn(update, new Set()) ?? refusedBySerializer(update);
  if (why === null) return;
  const { told, cause } = why;
  const message = `Function ${name}: what is to be written holds ${told}, which no store takes`;
  throw new DocumentFailure(documentError('ProcessingError', 'response.not-storable', message), { cause });
}

interface Unstorable {
  readonly told: string;
  readonly cause?: unknown;
}

/** `around`: what the value stands in. */
function unstorableIn(value: unknown, around: Set<object>): Unstorable | null {
  if (typeof value === 'bigint') {
    return value < longs.least || value > longs.most ? { told: 'a whole number of more than 64 bits' } : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? { told: 'a Date that is no time' } : null;
  if ('_bsontype' in value || 'toBSON' in value || ArrayBuffer.isView(value)) return null;
  if (around.has(value)) return { told: 'a value within itself' };
  if (around.size === deepest) return { told: `something more than ${deepest} levels deep` };
  around.add(value);
  for (const item of Object.values(value)) {
    const found = unstorableIn(item, around);
    if (found !== null) return found;
  }
  around.delete(value);
  return null;
}

function refusedBySerializer(update: UpdateOperators): Unstorable | null {
  try {
    serialize(update);
    return null;
  } catch (cause) {
    return { told: 'a value of an unknown kind', cause };
  }
}

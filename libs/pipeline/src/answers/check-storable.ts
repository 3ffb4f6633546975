import { DocumentFailure, documentError } from '@batchmill/contracts';
import { serialize } from 'bson';
import type { UpdateOperators } from '../definition/mongo-operators.js';
import type { PlannedFunction } from '../plan/run-plan.js';

/** MongoDB allows 100 levels, some of which the field's path and the update use. */
const maxDepth = 80;
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Throws a DocumentFailure for an update that no store can write. It would fail all updates that are written with it. */
export function checkStorable({ name }: PlannedFunction, update: UpdateOperators): void {
  const found = findUnstorable(update, new Set()) ?? refusedBySerializer(update);
  if (found === null) return;
  const { what, cause } = found;
  const message = `Function ${name}: the update contains ${what}, which cannot be stored`;
  throw new DocumentFailure(documentError('ProcessingError', 'response.not-storable', message), { cause });
}

interface Unstorable {
  /** Describes the value. */
  readonly what: string;
  readonly cause?: unknown;
}

/** `parents` are the objects and lists that contain the value. */
function findUnstorable(value: unknown, parents: Set<object>): Unstorable | null {
  if (typeof value === 'bigint') {
    return value < int64.min || value > int64.max ? { what: 'an integer of more than 64 bits' } : null;
  }
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? { what: 'an invalid Date' } : null;
  if ('_bsontype' in value || 'toBSON' in value || ArrayBuffer.isView(value)) return null;
  if (parents.has(value)) return { what: 'a circular value' };
  if (parents.size === maxDepth) return { what: `more than ${maxDepth} nested levels` };
  parents.add(value);
  for (const item of Object.values(value)) {
    const unstorable = findUnstorable(item, parents);
    if (unstorable !== null) return unstorable;
  }
  parents.delete(value);
  return null;
}

function refusedBySerializer(update: UpdateOperators): Unstorable | null {
  try {
    serialize(update);
    return null;
  } catch (cause) {
    return { what: 'a value of an unknown type', cause };
  }
}

import { ProcessingError } from '@batchmill/contracts';
import type { Filter } from '../store.js';

/** Refuses undefined conditions: the driver would drop them or send null, and the filter would match too much. */
export function checkFilter(collection: string, filter: Filter): void {
  refuseUndefined(collection, filter, '');
}

function refuseUndefined(collection: string, value: unknown, path: string): void {
  if (value === undefined) {
    throw new ProcessingError(
      'store.filter-refused',
      `${collection}: ${path}: the condition is undefined, which would match what it should not; leave the field out or use null`,
    );
  }
  if (Array.isArray(value)) {
    for (const element of value) refuseUndefined(collection, element, path);
  } else if (isPlainObject(value)) {
    for (const [name, field] of Object.entries(value)) {
      refuseUndefined(collection, field, path === '' ? name : `${path}.${name}`);
    }
  }
}

/** False for an ObjectId, a date, a pattern and other BSON values. */
function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !('_bsontype' in value);
}

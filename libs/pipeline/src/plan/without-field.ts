import { isPlainObject } from '@batchmill/documents';
import type { QueryFilter } from '../definition/query-filter.js';
import { namesField } from './names-field.js';

/** A filter without its conditions on a field. Null: it has one that cannot be left out alone, as inside `$or`. */
export function withoutField(filter: QueryFilter, field: string): QueryFilter | null {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(filter)) {
    if (key === field || key.startsWith(`${field}.`)) continue;
    if (key !== '$and' || !Array.isArray(value)) {
      kept[key] = value;
      continue;
    }
    const parts = value.map((part) => (isPlainObject(part) ? withoutField(part, field) : null));
    if (parts.includes(null)) return null;
    const told = parts.filter((part) => part !== null && Object.keys(part).length > 0);
    if (told.length > 0) kept[key] = told;
  }
  return namesField(kept, field) ? null : kept;
}

import { isPlainObject } from '@batchmill/documents';
import type { QueryFilter } from '../definition/mongo-operators.js';

/** True when a filter mentions a field, or a field within it, at any depth. */
export function mentionsField(filter: unknown, field: string): boolean {
  if (Array.isArray(filter)) return filter.some((part) => mentionsField(part, field));
  if (!isPlainObject(filter)) return false;
  return Object.entries(filter).some(
    ([key, value]) => key === field || key.startsWith(`${field}.`) || mentionsField(value, field),
  );
}

/**
 * A filter without its conditions on a field, at the top and in `$and`. Null when the field is also mentioned elsewhere, such as
 * in `$or`, where a condition cannot be removed alone.
 */
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
    const conditions = parts.filter((part) => part !== null && Object.keys(part).length > 0);
    if (conditions.length > 0) kept[key] = conditions;
  }
  return mentionsField(kept, field) ? null : kept;
}

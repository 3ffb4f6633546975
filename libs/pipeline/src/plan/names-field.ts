import { isPlainObject } from '@batchmill/documents';

/** True when a filter mentions a field, or something within it, anywhere. */
export function namesField(filter: unknown, field: string): boolean {
  if (Array.isArray(filter)) return filter.some((part) => namesField(part, field));
  if (!isPlainObject(filter)) return false;
  return Object.entries(filter).some(
    ([key, value]) => key === field || key.startsWith(`${field}.`) || namesField(value, field),
  );
}

import { bsonType, isBsonValue, isPlainObject } from '@batchmill/documents';

/** How values stand in a text: dates in ISO 8601, objects and lists of objects as JSON, ids by their digits. */
export function stringifyValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (Array.isArray(value)) return value.some(isPlainObject) ? jsonOf(value) : value.map(stringifyValue).join(', ');
  if (isPlainObject(value)) return jsonOf(value);
  if (isBsonValue(value)) return value.toString();
  return jsonOf(value);
}

/** Numbers that JavaScript has no number for are texts of their digits. */
export function jsonOf(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, given: unknown): unknown {
    const own = this[key];
    const isDigits = typeof own === 'bigint' || ['Long', 'Decimal128'].includes(bsonType(own) ?? '');
    return isDigits ? String(own) : given;
  });
}

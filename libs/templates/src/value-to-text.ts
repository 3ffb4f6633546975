import { bsonType, isBsonValue, isPlainObject } from '@batchmill/documents';

/** A value as a text contains it: dates in ISO 8601, objects and lists of objects as JSON, ids as their digits. */
export function valueToText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (Array.isArray(value)) return value.some(isPlainObject) ? valueToJson(value) : value.map(valueToText).join(', ');
  if (isPlainObject(value)) return valueToJson(value);
  if (isBsonValue(value)) return value.toString();
  return valueToJson(value);
}

/** JSON in which numbers that JavaScript cannot represent are texts of their digits. */
export function valueToJson(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, serialized: unknown): unknown {
    const original = this[key];
    const isDigits = typeof original === 'bigint' || ['Long', 'Decimal128'].includes(bsonType(original) ?? '');
    return isDigits ? String(original) : serialized;
  });
}

import { bsonType, idText, isBsonValue, isPlainObject, writeValue } from '@batchmill/documents';

/** True for what says that there is no value: null, NaN, an invalid date; and for a symbol, which no document holds. */
export function isMissing(value: unknown): boolean {
  if (value === null || value === undefined || Number.isNaN(value)) return true;
  if (typeof value === 'symbol') return true;
  if (value instanceof Date) return Number.isNaN(value.getTime());
  return (
    ['Double', 'Decimal128'].includes(bsonType(value) ?? '') && (value as { toString(): string }).toString() === 'NaN'
  );
}

/**
 * A value as a text contains it: dates in ISO 8601, objects and lists of objects as JSON, ids and numbers as their digits, bytes in
 * base64, other types of the store as Extended JSON.
 */
export function valueToText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (isMissing(value)) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.some(isPlainObject) ? valueToJson(value) : value.map(valueToText).join(', ');
  if (isPlainObject(value)) return valueToJson(value);
  if (value === Infinity || value === -Infinity) return String(value);
  return plainText(value) ?? valueToJson(value);
}

/** JSON in which numbers that it cannot represent are texts of their digits, and what is missing is null. */
export function valueToJson(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, serialized: unknown): unknown {
    const original = this[key];
    if (isMissing(original)) return serialized === undefined ? undefined : null;
    if (original === Infinity || original === -Infinity) return String(original);
    const isNumber = typeof serialized === 'number';
    return isNumber ? serialized : (plainText(original) ?? serialized);
  });
}

/** Types that a text shows by their own notation, which is no JSON; null for other values. */
function plainText(value: unknown): string | null {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof RegExp) return writeValue(value);
  switch (bsonType(value)) {
    case undefined:
      return null;
    case 'Binary': {
      const text = idText(value);
      // Of a UUID its usual notation.
      return text.startsWith('{') ? (value as { toString(encoding: 'base64'): string }).toString('base64') : text;
    }
    case 'ObjectId':
    case 'Long':
    case 'Int32':
    case 'Double':
    case 'Decimal128':
    case 'BSONSymbol':
      return String(value);
    default:
      return isBsonValue(value) ? writeValue(value) : null;
  }
}

import { isBsonValue } from '../ids/bson-type.js';
import { isPlainObject } from '../is-plain-object.js';

/** How values stand in a text: dates in ISO 8601, objects and lists of objects as JSON, ids by their digits. */
export function stringifyValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (Array.isArray(value))
    return value.some(isPlainObject) ? JSON.stringify(value) : value.map(stringifyValue).join(', ');
  if (isPlainObject(value)) return JSON.stringify(value);
  if (isBsonValue(value)) return value.toString();
  return JSON.stringify(value);
}

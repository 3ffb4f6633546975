import { isPlainObject } from '@batchmill/documents';
import { EJSON } from 'bson';

/** A text that is the same for equal values: keys sorted, functions by their source, BSON and dates with their types. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'function') return `function ${String(value)}`;
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (value instanceof RegExp) return `regexp ${String(value)}`;
  if (isPlainObject(value)) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key])}`).join(',')}}`;
  }
  return value === undefined ? 'undefined' : EJSON.stringify(value, { relaxed: false });
}

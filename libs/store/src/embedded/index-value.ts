import { isDocument } from './values/bracket.js';
import { encodeKey } from './values/encode-key.js';

const missing = encodeKey(null);

/** What a field's column holds of a document: its encoded value, or null when an array is on the path. */
export function indexValue(document: Readonly<Record<string, unknown>>, parts: readonly string[]): Buffer | null {
  let value: unknown = document;
  for (const part of parts) {
    if (Array.isArray(value)) {
      return null;
    }
    if (!isDocument(value) || !Object.hasOwn(value, part)) {
      return missing;
    }
    value = value[part];
  }
  return Array.isArray(value) ? null : encodeKey(value);
}

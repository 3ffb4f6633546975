import { OpenAiError } from '../http/openai-error.js';

const maxPairs = 16;
const maxKeyCharacters = 64;
const maxValueCharacters = 512;

/** The metadata of a batch: 16 pairs of strings, keys up to 64, values up to 512 characters. Throws an OpenAiError. */
export function readMetadata(value: unknown): Record<string, string> | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'object' || Array.isArray(value))
    throw refused("Invalid type for 'metadata': expected an object.");
  const pairs = Object.entries(value);
  if (pairs.length > maxPairs) {
    throw refused(`Invalid 'metadata': too many properties. Expected at most ${maxPairs}, but got ${pairs.length}.`);
  }
  for (const [key, text] of pairs as [string, unknown][]) {
    if (key.length > maxKeyCharacters) {
      throw refused(`Invalid 'metadata': a key has ${key.length} characters, the maximum is ${maxKeyCharacters}.`);
    }
    if (typeof text !== 'string') throw refused(`Invalid type for 'metadata.${key}': expected a string.`);
    if (text.length > maxValueCharacters) {
      throw refused(`Invalid 'metadata.${key}': ${text.length} characters, the maximum is ${maxValueCharacters}.`);
    }
  }
  return value as Record<string, string>; // every value was checked
}

function refused(message: string): OpenAiError {
  return new OpenAiError(400, message, { param: 'metadata', code: 'invalid_metadata' });
}

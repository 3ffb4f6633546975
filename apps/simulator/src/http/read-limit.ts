import { OpenAiError } from './openai-error.js';

/** The `limit` of a list's query. Throws an OpenAiError when it is not a whole number from 1 to `most`. */
export function readLimit(value: unknown, usual: number, most: number): number {
  if (value === undefined) return usual;
  const limit = Number(value);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new OpenAiError(400, `Invalid 'limit': expected a whole number from 1 to ${most}.`, { param: 'limit' });
}

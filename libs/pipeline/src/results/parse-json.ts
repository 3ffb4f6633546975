import { InexactNumberError, isPlainObject, parseExactJson } from '@batchmill/documents';

/** Some models put JSON into a block of Markdown, though they were asked for JSON alone. */
const block = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i;

/**
 * Parses the JSON of an answer; undefined when there is none. Text before or after it is not cut off. Whole numbers that a JavaScript
 * number would round are 64-bit integers; the text comes back as an InexactNumberError when one is larger.
 */
export function parseJson(text: string): unknown {
  const parsed = parse(text);
  return parsed === undefined ? parse(block.exec(text)?.[1] ?? '') : parsed;
}

function parse(text: string): unknown {
  try {
    return parseExactJson(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch (error) {
    return error instanceof InexactNumberError ? error : undefined;
  }
}

/** The same with numbers in place of 64-bit integers, for a schema, which knows numbers only. */
export function withNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNumbers);
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNumbers(inner)]));
  return typeof value === 'object' && value !== null ? Number(value) : value;
}

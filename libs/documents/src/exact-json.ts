import { Long } from 'bson';

/** JSON with a number that neither a JavaScript number nor a 64-bit integer holds. `literal`: as it is written. */
export class InexactNumberError extends Error {
  constructor(readonly literal: string) {
    super(
      `found the number ${literal.length > 40 ? `${literal.slice(0, 39)}…` : literal}, which no 64-bit number holds`,
    );
  }
}

/** Numbers that a JavaScript number may not hold have as many digits, or such an exponent. */
export function mayBeInexact(text: string): boolean {
  return /\d{16}|[eE]\+?\d{3}/.test(text);
}

/**
 * JSON.parse, but whole numbers that a JavaScript number would round are returned as `Long`. Of fractions the nearest number is taken,
 * as everywhere. Throws an InexactNumberError for larger ones, and a SyntaxError when the text is no JSON.
 */
export function parseExactJson(text: string): unknown {
  if (!mayBeInexact(text)) return JSON.parse(text) as unknown;
  return JSON.parse(text, withExactNumbers as Reviver) as unknown;
}

/** The third argument is not in TypeScript's library yet: https://github.com/tc39/proposal-json-parse-with-source */
type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function withExactNumbers(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  if (!Number.isFinite(value)) throw new InexactNumberError(source);
  if (!/^-?\d+$/.test(source) || Number.isSafeInteger(value)) return value;
  const long = Long.fromString(source);
  if (long.toString() !== source) throw new InexactNumberError(source);
  return long;
}

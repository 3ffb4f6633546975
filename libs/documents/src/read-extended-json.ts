import { Decimal128, EJSON, Long } from 'bson';
import { InexactNumberError, mayBeInexact, parseExactJson } from './exact-json.js';
import { dateIn } from './date-in.js';
import { isPlainObject } from './is-plain-object.js';

/** A value that would be stored as another one. `path`: where it is; empty: it is the whole. */
export class ChangedValueError extends Error {
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(path === '' ? problem : `${path}: ${problem}`);
  }
}

/**
 * Reads JSON, plain or MongoDB's Extended JSON, so that no value changes: numbers are Int32, Long or Double, as they are written. Throws a
 * ChangedValueError for a value that no type holds (a number of more than 64 bits, a date that is none), and another error when the
 * text is no JSON or a wrapper is not known.
 */
export function readExtendedJson(text: string): unknown {
  if (!text.includes('"$') && !mayBeInexact(text)) return EJSON.parse(text, { relaxed: false });
  let parsed: unknown;
  try {
    parsed = parseExactJson(text);
  } catch (error) {
    if (error instanceof InexactNumberError) throw new ChangedValueError('', `${error.message}; ${textInstead}`);
    throw error;
  }
  return EJSON.deserialize(checked(parsed, '') as object, { relaxed: false }) as unknown;
}

const textInstead = 'write it as a text, or as {"$numberDecimal": "…"}';

/** The same value, with each Long, and -0, as its wrapper, which `deserialize` reads. */
function checked(value: unknown, path: string): unknown {
  if (value instanceof Long) return { $numberLong: value.toString() };
  if (Object.is(value, -0)) return { $numberDouble: '-0.0' };
  if (Array.isArray(value)) return value.map((item, index) => checked(item, join(path, String(index))));
  if (!isPlainObject(value)) return value;
  for (const [wrapper, problemOf] of Object.entries(wrappers)) {
    const problem = Object.hasOwn(value, wrapper) ? problemOf(value[wrapper]) : null;
    if (problem !== null) throw new ChangedValueError(path, problem);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, checked(inner, join(path, key))]));
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** What is wrong with the contents of a wrapper that `deserialize` would read as something else; null: nothing. */
const wrappers: Readonly<Record<string, (value: unknown) => string | null>> = {
  $numberInt: (value) => problemOfInteger(value, 32),
  $numberLong: (value) => problemOfInteger(value, 64),
  $numberDouble: (value) =>
    typeof value === 'string' && (value === 'NaN' || !Number.isNaN(Number(value))) && value.trim() !== ''
      ? null
      : 'found a $numberDouble that is no number',
  $numberDecimal: (value) => {
    try {
      Decimal128.fromString(String(value));
      return null;
    } catch {
      return 'found a $numberDecimal that is no decimal number of at most 34 digits';
    }
  },
  $date: problemOfDate,
  $binary: (value) => {
    if (!isPlainObject(value)) return null;
    const base64 = value['base64'];
    const isKept = typeof base64 === 'string' && Buffer.from(base64, 'base64').toString('base64') === base64;
    return isKept ? null : 'found a $binary that is not base64';
  },
};

function problemOfInteger(value: unknown, bits: 32 | 64): string | null {
  const text = String(value);
  const isInteger = /^-?\d+$/.test(text) && BigInt.asIntN(bits, BigInt(text)) === BigInt(text);
  return isInteger ? null : `found a $number${bits === 32 ? 'Int' : 'Long'} that is no whole number of ${bits} bits`;
}

function problemOfDate(value: unknown): string | null {
  const ms = isPlainObject(value) ? Number(value['$numberLong']) : Number(value);
  const isDate = typeof value === 'string' ? dateIn(value) !== null : !Number.isNaN(new Date(ms).getTime());
  return isDate ? null : 'found a $date that is none, expected ISO 8601 or {"$numberLong": milliseconds since 1970}';
}

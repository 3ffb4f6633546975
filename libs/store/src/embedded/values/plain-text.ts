import type { BSONRegExp, BSONSymbol, ObjectId, Timestamp } from 'bson';
import { EJSON } from 'bson';
import { types } from 'node:util';
import { classNameOf } from './bracket.js';

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : (value as BSONSymbol).valueOf();
}

export function hexOf(value: object): string {
  return (value as ObjectId).toHexString();
}

export function timestampOf(value: object): bigint {
  return (value as Timestamp).toBigInt();
}

/** Pattern and options, apart. */
export function regexParts(value: object): readonly [pattern: string, options: string] {
  if (types.isRegExp(value)) {
    return [value.source, value.flags];
  }
  const regex = value as BSONRegExp; // the only other value of that bracket
  return [regex.pattern, regex.options];
}

/** Values that are only ever compared as a whole (references, code). */
export function wholeText(value: object): string {
  return classNameOf(value) === null ? JSON.stringify(value) : EJSON.stringify(value, { relaxed: false });
}

/** An id as people read it in a message: at most 100 characters. */
export function describeId(id: unknown): string {
  const text =
    typeof id === 'object' && id !== null && classNameOf(id) === 'ObjectId'
      ? hexOf(id)
      : EJSON.stringify(id ?? null, { relaxed: true });
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

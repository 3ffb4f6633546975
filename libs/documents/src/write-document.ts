import { Code, DBRef, Double, EJSON, Long } from 'bson';
import { bsonType } from './bson-type.js';
import { isPlainObject } from './is-plain-object.js';
import type { SourceDocument } from './source-document.js';

/**
 * A document as a line of MongoDB's Extended JSON: what `readDocument` gives back is the same to the store. Relaxed, so that
 * it reads well, but where that would lose something.
 */
export function writeDocument(document: SourceDocument): string {
  return JSON.stringify(document, function (this: Readonly<Record<string, unknown>>, key): unknown {
    // Not the second argument: dates and ids are texts there already.
    return written(this[key]);
  });
}

/** What holds others holds them as they are: they are written in their turn. */
function written(value: unknown): unknown {
  if (typeof value === 'string' || Array.isArray(value) || isPlainObject(value)) return value;
  if (value instanceof DBRef) return value.toJSON();
  if (value instanceof Code) return { $code: value.code, ...(value.scope === null ? {} : { $scope: value.scope }) };
  if (value instanceof RegExp) return { $regularExpression: { pattern: value.source, options: optionsOf(value) } };
  return EJSON.serialize(typeof value === 'number' ? new Double(value) : value, { relaxed: isKeptRelaxed(value) });
}

/** A number is read as a 64-bit integer where it could be one, and as plain zero where it is below it. */
function isKeptRelaxed(value: unknown): boolean {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value));
  if (Long.isLong(value)) return Number.isSafeInteger(value.toNumber());
  if (typeof value !== 'number' && bsonType(value) !== 'Double') return true;
  const number = Number(value);
  return !Object.is(number, -0) && (!Number.isInteger(number) || Number.isSafeInteger(number));
}

/** As the store's driver writes a pattern: it reads the option `s` as `g`. */
function optionsOf({ ignoreCase, global, multiline }: RegExp): string {
  return `${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}${global ? 's' : ''}`;
}

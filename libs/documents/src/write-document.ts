import { Code, DBRef, Double, EJSON } from 'bson';
import { bsonType } from './bson-type.js';
import { isPlainObject } from './is-plain-object.js';
import type { SourceDocument } from './read-document.js';

/**
 * A document as a line of MongoDB's Extended JSON, from which `readDocument` returns an equal document. Values are written in
 * relaxed format, which is easier to read, except those that it would change.
 */
export function writeDocument(document: SourceDocument): string {
  return writeValue(document);
}

/** One value of a document in the same way. */
export function writeValue(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key): unknown {
    // Not the second argument, in which dates and ids are already texts.
    return toExtendedJson(this[key]);
  });
}

/** JSON.stringify calls the replacer again for the values inside lists and objects. */
function toExtendedJson(value: unknown): unknown {
  if (typeof value === 'string' || Array.isArray(value) || isPlainObject(value)) return value;
  if (value instanceof DBRef) return value.toJSON();
  if (value instanceof Code) return { $code: value.code, ...(value.scope === null ? {} : { $scope: value.scope }) };
  if (value instanceof RegExp) return { $regularExpression: { pattern: value.source, options: optionsOf(value) } };
  return EJSON.serialize(typeof value === 'number' ? new Double(value) : value, {
    relaxed: keepsValueInRelaxed(value),
  });
}

/** Relaxed whole numbers are read as integers of 32 or 64 bits, by their size, and -0 as 0. */
function keepsValueInRelaxed(value: unknown): boolean {
  if (typeof value === 'bigint' || bsonType(value) === 'Long') return false;
  if (bsonType(value) === 'Double') return Number.isFinite(Number(value)) && !Number.isInteger(Number(value));
  if (typeof value !== 'number') return true;
  return !Number.isInteger(value) || (Number.isSafeInteger(value) && !Object.is(value, -0));
}

/** The same options as the store's driver writes: it maps `s` to `g`. */
function optionsOf({ ignoreCase, global, multiline }: RegExp): string {
  return `${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}${global ? 's' : ''}`;
}

import type { Binary, BSONRegExp, BSONSymbol, ObjectId, Timestamp } from 'bson';
import { EJSON } from 'bson';
import { types } from 'node:util';
import { classNameOf } from './bracket.js';

/*
 * The content of a value of a bracket, for each of the classes in it. The caller has checked the bracket.
 */

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

interface BinaryParts {
  readonly bytes: Uint8Array;
  readonly subtype: number;
}

/** The content of a value of the binary bracket. Plain bytes have the subtype 0. */
export function binaryParts(value: object): BinaryParts {
  if (classNameOf(value) === 'Binary') {
    const binary = value as Binary; // checked by its class name
    return { bytes: binary.buffer.subarray(0, binary.position), subtype: binary.sub_type };
  }
  if (ArrayBuffer.isView(value)) {
    return { bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength), subtype: 0 };
  }
  return { bytes: new Uint8Array(value as ArrayBuffer), subtype: 0 }; // nothing else is in that bracket
}

/** For values that are only compared as a whole (references, code). */
export function wholeText(value: object): string {
  return classNameOf(value) === null ? JSON.stringify(value) : EJSON.stringify(value, { relaxed: false });
}

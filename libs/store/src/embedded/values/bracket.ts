import { types } from 'node:util';

/**
 * The type brackets of BSON in the order in which MongoDB sorts values of different types. The numbers are the first
 * byte of an encoded key, so they are part of the file format.
 */
export const Bracket = {
  minKey: 0x01,
  null: 0x05,
  number: 0x10,
  string: 0x15,
  object: 0x20,
  array: 0x25,
  binary: 0x30,
  objectId: 0x35,
  boolean: 0x40,
  date: 0x45,
  timestamp: 0x47,
  regex: 0x50,
  reference: 0x55,
  code: 0x60,
  maxKey: 0x7f,
} as const;

export type Bracket = (typeof Bracket)[keyof typeof Bracket];

const bracketsOfClasses: Readonly<Record<string, Bracket>> = {
  ObjectId: Bracket.objectId,
  Binary: Bracket.binary,
  Long: Bracket.number,
  Int32: Bracket.number,
  Double: Bracket.number,
  Decimal128: Bracket.number,
  Timestamp: Bracket.timestamp,
  BSONSymbol: Bracket.string,
  BSONRegExp: Bracket.regex,
  DBRef: Bracket.reference,
  Code: Bracket.code,
  MinKey: Bracket.minKey,
  MaxKey: Bracket.maxKey,
};

/** The name of a value's BSON class (`ObjectId`, `Binary` …), or null for JavaScript's own values. */
export function classNameOf(value: object): string | null {
  if (!('_bsontype' in value)) {
    return null;
  }
  const name = value._bsontype;
  return typeof name === 'string' && name in bracketsOfClasses ? name : null;
}

/** A missing value counts as null. */
export function bracketOf(value: unknown): Bracket {
  switch (typeof value) {
    case 'string':
      return Bracket.string;
    case 'number':
    case 'bigint':
      return Bracket.number;
    case 'boolean':
      return Bracket.boolean;
    case 'object':
      return value === null ? Bracket.null : bracketOfObject(value);
    default:
      return Bracket.null;
  }
}

function bracketOfObject(value: object): Bracket {
  if (Array.isArray(value)) {
    return Bracket.array;
  }
  const name = classNameOf(value);
  if (name !== null) {
    return bracketsOfClasses[name] ?? Bracket.object;
  }
  if (types.isDate(value)) {
    return Bracket.date;
  }
  if (types.isRegExp(value)) {
    return Bracket.regex;
  }
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return Bracket.binary;
  }
  return Bracket.object;
}

/** An object with fields, not one of BSON's classes. */
export function isDocument(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && bracketOfObject(value) === Bracket.object;
}

import { Code, DBRef, EJSON, Long } from 'bson';
import { bsonType } from './bson-type.js';
import { isPlainObject } from './is-plain-object.js';

/** Reads what `encodeId` wrote. Numbers come back as numbers, as Long where a number cannot hold them. Throws on anything else. */
export function decodeId(text: string): unknown {
  if (text.startsWith('"')) return JSON.parse(text) as unknown;
  return unwrap(EJSON.parse(text, { relaxed: false }) as unknown);
}

function unwrap(value: unknown): unknown {
  const type = bsonType(value);
  if (type === 'Int32' || type === 'Double') return Number(value);
  if (type === 'Long' && Long.isLong(value)) return Number.isSafeInteger(value.toNumber()) ? value.toNumber() : value;
  if (Array.isArray(value)) return value.map(unwrap);
  if (isPlainObject(value)) return unwrapFields(value);
  if (value instanceof Code && value.scope !== null) return new Code(value.code, unwrapFields(value.scope));
  if (value instanceof DBRef) {
    // What stands for an id is none to the type alone: it may be of any kind.
    return new DBRef(value.collection, unwrap(value.oid) as DBRef['oid'], value.db, unwrapFields(value.fields));
  }
  return value;
}

function unwrapFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, unwrap(inner)]));
}

import { Code, DBRef, EJSON, Long } from 'bson';
import { bsonType, isBsonValue } from './bson-type.js';
import { isPlainObject } from './is-plain-object.js';

/**
 * An id with its type, as canonical Extended JSON. `decodeId` returns an id that the store treats as equal. A 64-bit integer
 * that fits into a JavaScript number is encoded as one, since the store treats them as equal. No id is `null`.
 */
export function encodeId(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id);
  if (isBsonValue(id) && id._bsontype === 'ObjectId') return `{"$oid":"${id.toString()}"}`;
  const isNumber = Long.isLong(id) && bsonType(id) === 'Long' && Number.isSafeInteger(id.toNumber());
  return EJSON.stringify(isNumber ? id.toNumber() : (id ?? null), { relaxed: false });
}

/** Decodes the text of `encodeId`. Numbers are returned as numbers, or as Long where a number cannot hold them. Throws for other texts. */
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
    // The id may be of any type, though bson's type says ObjectId.
    return new DBRef(value.collection, unwrap(value.oid) as DBRef['oid'], value.db, unwrapFields(value.fields));
  }
  return value;
}

function unwrapFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, inner]) => [key, unwrap(inner)]));
}

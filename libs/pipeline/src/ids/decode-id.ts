import { EJSON, Long } from 'bson';
import { isPlainObject } from '../is-plain-object.js';
import { bsonType } from './bson-type.js';

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
  if (isPlainObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrap(inner)]));
  return value;
}

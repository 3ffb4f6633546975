import { EJSON, Long } from 'bson';
import { bsonType, isBsonValue } from './bson-type.js';

/**
 * An id with its type, as canonical Extended JSON: what `decodeId` gives back is the same to the store. A 64-bit number
 * that a number can hold is that number, as it is to the store. None is `null`.
 */
export function encodeId(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id);
  if (isBsonValue(id) && id._bsontype === 'ObjectId') return `{"$oid":"${id.toString()}"}`;
  const isNumber = Long.isLong(id) && bsonType(id) === 'Long' && Number.isSafeInteger(id.toNumber());
  return EJSON.stringify(isNumber ? id.toNumber() : (id ?? null), { relaxed: false });
}

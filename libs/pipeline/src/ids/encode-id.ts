import { EJSON } from 'bson';
import { bsonType } from './bson-type.js';

/** An id with its type, as canonical Extended JSON: what `decodeId` gives back is the same to the store. None is `null`. */
export function encodeId(id: unknown): string {
  if (typeof id === 'string') return JSON.stringify(id);
  if (bsonType(id) === 'ObjectId') return `{"$oid":"${String(id)}"}`;
  return EJSON.stringify(id ?? null, { relaxed: false });
}

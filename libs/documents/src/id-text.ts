import { isBsonValue } from './bson-type.js';
import { encodeId } from './encode-id.js';

/** An id as text, for display and for `block_mongo_id` and `block_doc_id`: ObjectIds in hex, numbers in digits, no id as ''. */
export function idText(id: unknown): string {
  if (typeof id === 'string') return id;
  if (id === undefined || id === null) return '';
  if (typeof id === 'number' || typeof id === 'bigint' || typeof id === 'boolean') return String(id);
  if (id instanceof Date && !Number.isNaN(id.getTime())) return id.toISOString();
  if (isBsonValue(id) && textTypes.has(String(id._bsontype))) return id.toString();
  return encodeId(id);
}

/** BSON types whose `toString` is the usual notation. */
const textTypes = new Set(['ObjectId', 'Long', 'Int32', 'Double', 'Decimal128']);

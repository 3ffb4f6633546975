import { Binary } from 'bson';
import { bsonType, isBsonValue } from './bson-type.js';
import { encodeId } from './encode-id.js';

/**
 * An id as text, for display and for `block_mongo_id` and `block_doc_id`: ObjectIds in hex, numbers in digits, UUIDs in groups of hex
 * digits, no id as ''. `formsOfId` finds the id by it.
 */
export function idText(id: unknown): string {
  if (typeof id === 'string') return id;
  if (id === undefined || id === null) return '';
  if (typeof id === 'number' || typeof id === 'bigint' || typeof id === 'boolean') return String(id);
  if (id instanceof Date && !Number.isNaN(id.getTime())) return id.toISOString();
  if (isBsonValue(id) && textTypes.has(String(id._bsontype))) return id.toString();
  return isUuid(id) ? id.toUUID().toString() : encodeId(id);
}

/** BSON types whose `toString` is the usual notation. */
const textTypes = new Set(['ObjectId', 'Long', 'Int32', 'Double', 'Decimal128']);

function isUuid(id: unknown): id is Binary {
  if (bsonType(id) !== 'Binary') return false;
  const { sub_type: subType, position } = id as Binary; // of this driver or another: both have these fields
  return subType === Binary.SUBTYPE_UUID && position === 16;
}

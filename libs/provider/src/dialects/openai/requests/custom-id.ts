import { bsonType, encodeId, idText } from '@batchmill/documents';
import { createHash } from 'node:crypto';

/** The provider documents no limit; this is what has been seen to work everywhere. */
const maxLength = 64;
/** 120 bits, and a length that ids in hex do not have. */
const digestLength = 30;
const legal = /^[A-Za-z0-9-]*$/;

/**
 * Names a request: `<function>_<parent id>_<chunk id>` when that has at most 64 characters of [A-Za-z0-9_-] and can be read
 * in one way only, else `<function>_<digest of all three>`. Different requests have different names: neither id may hold
 * a `_`, a chunk's id must show its type (24 hex digits are an ObjectId, an integer is a number), and none may look like a
 * digest. A document without a parent has an empty one.
 */
export function customId(functionName: string, parentId: unknown, chunkId: unknown): string {
  const parent = idText(parentId);
  const chunk = idText(chunkId);
  const plain = `${functionName}_${parent}_${chunk}`;
  if (plain.length <= maxLength && legal.test(parent) && showsItsType(chunkId, chunk)) return plain;
  const encoded = JSON.stringify([functionName, encodeId(parentId), encodeId(chunkId)]);
  return `${functionName}_${createHash('sha256').update(encoded).digest('hex').slice(0, digestLength)}`;
}

function showsItsType(id: unknown, text: string): boolean {
  if (text === '' || !legal.test(text) || looksLikeDigest.test(text)) return false;
  if (typeof id === 'string') return !looksLikeObjectId.test(text) && !looksLikeInteger.test(text);
  if (typeof id === 'number' || typeof id === 'bigint' || bsonType(id) === 'Long') return looksLikeInteger.test(text);
  return bsonType(id) === 'ObjectId';
}

const looksLikeDigest = new RegExp(`^[0-9a-f]{${digestLength}}$`);
const looksLikeObjectId = /^[0-9a-f]{24}$/;
const looksLikeInteger = /^-?\d+$/;

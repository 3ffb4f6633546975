import { bsonType, encodeId, idText } from '@batchmill/documents';
import { createHash } from 'node:crypto';

/** The provider documents no limit. This length works with every known server. */
const maxLength = 64;
/** 120 bits. Ids in hex do not have this length. */
const digestLength = 30;
const legal = /^[A-Za-z0-9-]*$/;

/**
 * The `custom_id` of a request: `<function>_<parent id>_<chunk id>` when that has at most 64 characters of [A-Za-z0-9_-] and is
 * unambiguous, else `<function>_<digest of all three>`. Different requests have different ids. Unambiguous means: neither id
 * contains a `_`, the type of the chunk's id is visible (24 hex digits are an ObjectId, an integer is a number), and the chunk's
 * id does not look like a digest. The parent id of a document without a parent is empty.
 */
export function customId(functionName: string, parentId: unknown, chunkId: unknown): string {
  const parent = idText(parentId);
  const chunk = idText(chunkId);
  const plain = `${functionName}_${parent}_${chunk}`;
  if (plain.length <= maxLength && legal.test(parent) && hasVisibleType(chunkId, chunk)) return plain;
  const encoded = JSON.stringify([functionName, encodeId(parentId), encodeId(chunkId)]);
  return `${functionName}_${createHash('sha256').update(encoded).digest('hex').slice(0, digestLength)}`;
}

function hasVisibleType(id: unknown, text: string): boolean {
  if (text === '' || !legal.test(text) || looksLikeDigest.test(text)) return false;
  if (typeof id === 'string') return !looksLikeObjectId.test(text) && !looksLikeInteger.test(text);
  if (typeof id === 'number' || typeof id === 'bigint' || bsonType(id) === 'Long') return looksLikeInteger.test(text);
  return bsonType(id) === 'ObjectId';
}

const looksLikeDigest = new RegExp(`^[0-9a-f]{${digestLength}}$`);
const looksLikeObjectId = /^[0-9a-f]{24}$/;
const looksLikeInteger = /^-?\d+$/;

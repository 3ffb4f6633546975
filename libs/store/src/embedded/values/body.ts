import { deserialize, serialize } from 'bson';
import type { Fields } from '../../store.js';

/** MongoDB's limit for one document. */
export const maxDocumentBytes = 16 * 1024 * 1024;

/** Fields that are undefined are left out; an undefined element of an array becomes null. */
export function encodeBody(document: Fields): Uint8Array {
  return serialize(document, { ignoreUndefined: true });
}

export function decodeBody(body: Uint8Array): Fields {
  return deserialize(body, { validation: { utf8: false } });
}

/** Numbers as Int32, Long and Double: encoded again it is the same body. */
export function decodeExactBody(body: Uint8Array): Fields {
  return deserialize(body, { validation: { utf8: false }, promoteValues: false, bsonRegExp: true });
}

import { deserialize, onDemand, serialize } from 'bson';
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

const lengthBytes = Buffer.alloc(4);
const endOfDocument = Buffer.alloc(1);

/** A smaller body is decoded as quickly as it is taken apart. */
const leastBytes = 512;

/** Decodes these fields of the top level. Of a large body it passes over the others. */
export function decodeFields(body: Uint8Array, names: ReadonlySet<string>): Fields {
  if (body.length < leastBytes) return decodeBody(body);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const elements: Buffer[] = [];
  for (const [, nameAt, nameLength, valueAt, valueLength] of onDemand.parseToElements(bytes)) {
    if (!names.has(bytes.toString('utf8', nameAt, nameAt + nameLength))) continue;
    elements.push(bytes.subarray(nameAt - 1, valueAt + valueLength)); // from the byte of its type on
  }
  const part = Buffer.concat([lengthBytes, ...elements, endOfDocument]);
  part.writeInt32LE(part.length);
  return decodeBody(part);
}

/** Numbers as Int32, Long and Double: encoded again it is the same body. */
export function decodeExactBody(body: Uint8Array): Fields {
  return deserialize(body, { validation: { utf8: false }, promoteValues: false, bsonRegExp: true });
}

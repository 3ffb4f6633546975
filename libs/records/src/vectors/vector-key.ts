import { decodeId, encodeId } from '@batchmill/documents';
import { createHash } from 'node:crypto';

/** Milvus keys are short texts: longer ids are hashed. */
export const maxKeyBytes = 256;

/** The key of a document's vector: it has one in a collection, however often it is embedded. */
export function vectorKey(documentId: unknown): string {
  const encoded = encodeId(documentId);
  if (Buffer.byteLength(encoded) <= maxKeyBytes) return encoded;
  return `sha256:${createHash('sha256').update(encoded).digest('hex')}`;
}

/** Null: the key holds no id. */
export function idOfKey(key: string): { readonly id: unknown } | null {
  try {
    const id = decodeId(key);
    return encodeId(id) === key ? { id } : null;
  } catch {
    return null;
  }
}

/** True for the key of an id that is too long for one. */
export function isHashedKey(key: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(key);
}

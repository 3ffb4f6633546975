import { encodeId } from '@batchmill/documents';
import { createHash } from 'node:crypto';

/** Milvus keys are short texts: longer ids are hashed. */
export const maxKeyBytes = 256;

/** The key of a document's vector: it has one in a collection, however often it is embedded. */
export function vectorKey(documentId: unknown): string {
  const encoded = encodeId(documentId);
  if (Buffer.byteLength(encoded) <= maxKeyBytes) return encoded;
  return `sha256:${createHash('sha256').update(encoded).digest('hex')}`;
}

import type { Blobs, StoredBlob } from '@batchmill/blobs';
import type { Batches } from '../batches.js';
import type { Claims } from '../claims.js';
import { blobsOfBatch, blobsOfClaim } from './blobs-of-records.js';

/** A stage names a blob in a record within minutes after it was written. */
export const youngestUnnamedMs = 24 * 60 * 60 * 1000;

/**
 * Blobs that were written before a time and that no record names: their writer died before it wrote the record, or before it deleted
 * them. Where another state may use the same folder or bucket, they may be its own. Holds the names of old blobs in memory.
 */
export async function unnamedBlobs(
  { blobs, claims, batches }: { readonly blobs: Blobs; readonly claims: Claims; readonly batches: Batches },
  before: Date,
): Promise<readonly StoredBlob[]> {
  const old = new Map<string, StoredBlob>();
  for await (const blob of blobs.list()) if (blob.writtenAt < before) old.set(blob.name, blob);
  if (old.size === 0) return [];
  // Read after the blobs: what is named by now is needed.
  for await (const claim of claims.withBlobs()) for (const name of blobsOfClaim(claim)) old.delete(name);
  for await (const batch of batches.withBlobs()) for (const name of blobsOfBatch(batch)) old.delete(name);
  return [...old.values()];
}

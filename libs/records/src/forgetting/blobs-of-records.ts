import type { Batch } from '../batch.js';
import type { Claim } from '../claims.js';

/** The blobs that a batch names, also those that may be deleted by now. */
export function blobsOfBatch({
  file,
  manifest,
  reuse,
  synchronous,
  ingestion: { output, error, archive, kept, reused },
  reprocessing,
  leftBlobs = [],
}: Batch): string[] {
  const named = [file, manifest, reuse?.file, output, error, archive, kept, reused?.file, reprocessing?.archive];
  return unique([...named, ...(synchronous?.parts ?? []), ...leftBlobs]);
}

/** The blobs that a claim names. */
export function blobsOfClaim({ members, sealedMembers }: Claim): string[] {
  return unique([members, sealedMembers]);
}

function unique(names: readonly (string | null | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name != null))];
}

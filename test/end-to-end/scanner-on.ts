import { ChunkScanner } from '@batchmill/chunk-scanner';
import type { TestLine } from '@batchmill/testing';

/** A scanner that a test drives by hand. */
export function scannerOn({ line: ports }: TestLine): ChunkScanner {
  const { runs, claims, batches, documents, blobs, pipelines, vectors, provider, line, clock, log } = ports;
  return new ChunkScanner(runs, claims, batches, documents, blobs, pipelines, vectors, provider, line, clock, log);
}

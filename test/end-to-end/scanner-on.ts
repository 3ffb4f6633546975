import { ChunkScanner } from '@batchmill/chunk-scanner';
import type { TestEngine } from '@batchmill/testing';

/** A scanner that a test drives by hand. */
export function scannerOn({ engine: ports }: TestEngine): ChunkScanner {
  const { runs, claims, batches, documents, blobs, pipelines, vectors, provider, engineSettings, clock, log } = ports;
  return new ChunkScanner(
    runs,
    claims,
    batches,
    documents,
    blobs,
    pipelines,
    vectors,
    provider,
    engineSettings,
    clock,
    log,
  );
}

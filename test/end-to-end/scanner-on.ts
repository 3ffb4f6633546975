import { ChunkScanner, ChunkScannerModule } from '@batchmill/chunk-scanner';
import type { TestEngine } from '@batchmill/testing';
import { stageOn } from './stage-on.js';

/** A scanner whose methods a test calls. */
export async function scannerOn({ engine }: TestEngine): Promise<ChunkScanner> {
  return stageOn(engine, ChunkScannerModule, ChunkScanner);
}

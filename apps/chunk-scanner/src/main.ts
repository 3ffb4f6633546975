import { startStage } from '@batchmill/service';
import { ChunkScannerModule } from './chunk-scanner.module.js';

await startStage(ChunkScannerModule);

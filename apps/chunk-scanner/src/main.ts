import { startStages } from '@batchmill/service';
import { ChunkScannerModule } from './chunk-scanner.module.js';

await startStages('chunk-scanner', [ChunkScannerModule]);

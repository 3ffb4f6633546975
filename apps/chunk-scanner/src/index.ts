export { ChunkScanner } from './chunk-scanner.js';
export { ClaimLooks } from './claim-looks.js';
export { ScheduleStarter } from './schedule-starter.js';
export { ChunkScannerModule } from './chunk-scanner.module.js';
export { chunkScannerErrorCodes, type ChunkScannerErrorCode } from './error-codes.js';

export { ChunkScanner } from './chunk-scanner.js';
export { ChunkScannerModule } from './chunk-scanner.module.js';
export { chunkScannerErrorCodes, type ChunkScannerErrorCode } from './error-codes.js';

import { Module } from '@nestjs/common';
import { ChunkScanner } from './chunk-scanner.js';

@Module({ controllers: [ChunkScanner] })
export class ChunkScannerModule {}

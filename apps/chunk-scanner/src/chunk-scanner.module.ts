import { Module } from '@nestjs/common';
import { ChunkScanner } from './chunk-scanner.js';
import { ScheduleStarter } from './schedule-starter.js';

@Module({ controllers: [ChunkScanner, ScheduleStarter] })
export class ChunkScannerModule {}

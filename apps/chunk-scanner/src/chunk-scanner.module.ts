import { Module } from '@nestjs/common';
import { AliasMover } from './alias-mover.js';
import { Breaker } from './breaker.js';
import { ChunkScanner } from './chunk-scanner.js';
import { ClaimCloser } from './claim-closer.js';
import { ClaimOpener } from './claim-opener.js';
import { ClaimReleaser } from './claim-releaser.js';
import { DocumentScanner } from './document-scanner.js';
import { MemberMarker } from './member-marker.js';
import { ProgressReporter } from './progress-reporter.js';
import { RunCloser } from './run-closer.js';
import { RunCommands } from './run-commands.js';
import { RunStarter } from './run-starter.js';
import { ScheduleStarter } from './schedule-starter.js';
import { Trial } from './trial.js';
import { VectorAdopter } from './vector-adopter.js';
import { VectorPruner } from './vector-pruner.js';

@Module({
  controllers: [ChunkScanner, ScheduleStarter],
  providers: [
    RunCommands,
    RunStarter,
    DocumentScanner,
    ClaimOpener,
    MemberMarker,
    ClaimCloser,
    ClaimReleaser,
    RunCloser,
    Trial,
    VectorAdopter,
    VectorPruner,
    AliasMover,
    Breaker,
    ProgressReporter,
  ],
})
export class ChunkScannerModule {}

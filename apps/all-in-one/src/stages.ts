import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { JsonlBuilderModule } from '@batchmill/jsonl-builder';
import { NotifierModule } from '@batchmill/notifier';
import { ResultIngesterModule } from '@batchmill/result-ingester';
import { StatusPollerModule } from '@batchmill/status-poller';
import type { Type } from '@nestjs/common';

/** Every stage of the line, in its order. Consumers are found, and are none of these. */
export const stages: readonly Type[] = [
  ChunkScannerModule,
  JsonlBuilderModule,
  BatchSubmitterModule,
  StatusPollerModule,
  ResultIngesterModule,
  NotifierModule,
];

/** Those that record what is asked for runs. */
export const commandStages: readonly Type[] = [ChunkScannerModule];

/** Those that bring home what is at the provider and start nothing new: nothing more is spent by them. */
export const drainingStages: readonly Type[] = [StatusPollerModule, ResultIngesterModule, NotifierModule];

import type { EventClass } from './event.js';
import { RunRequested } from './run-requested.js';
import {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchProcessRequested,
  BatchReprocessRequested,
  RunCancelRequested,
  RunLimitRequested,
  RunPauseRequested,
  RunResumeRequested,
} from './commands.js';
import { RunAccepted } from './run-accepted.js';
import { RunRejected } from './run-rejected.js';
import { RunScheduleMissed } from './run-schedule-missed.js';
import { ChunksSelected } from './chunks-selected.js';
import { BatchFileBuilt } from './batch-file-built.js';
import { BatchSubmitted } from './batch-submitted.js';
import { BatchDeferred } from './batch-deferred.js';
import { BatchHeld } from './batch-held.js';
import { BatchIdle } from './batch-idle.js';
import { BatchSettled } from './batch-settled.js';
import { ResultsIngested } from './results-ingested.js';
import { ResultsReprocessed } from './results-reprocessed.js';
import { DocumentsRetryScheduled } from './documents-retry-scheduled.js';
import { RunProgressed } from './run-progressed.js';
import { RunFinished } from './run-finished.js';

/** Every event, in the order in which a run causes them. The reference is printed from it. */
export const events: readonly EventClass[] = [
  RunRequested,
  RunCancelRequested,
  RunLimitRequested,
  RunPauseRequested,
  RunResumeRequested,
  BatchCancelRequested,
  BatchProcessRequested,
  BatchReprocessRequested,
  BatchAbandonRequested,
  RunAccepted,
  RunRejected,
  RunScheduleMissed,
  ChunksSelected,
  BatchFileBuilt,
  BatchSubmitted,
  BatchDeferred,
  BatchHeld,
  BatchIdle,
  BatchSettled,
  ResultsIngested,
  DocumentsRetryScheduled,
  RunProgressed,
  RunFinished,
  ResultsReprocessed,
];

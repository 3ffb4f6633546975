export { events } from './catalogue.js';
export { RunRequested } from './run-requested.js';
export {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchProcessRequested,
  BatchReprocessRequested,
  RunCancelRequested,
  RunLimitRequested,
  RunPauseRequested,
  RunResumeRequested,
} from './commands.js';
export { RunAccepted } from './run-accepted.js';
export { RunRejected } from './run-rejected.js';
export { RunScheduleMissed, missedReasons, type MissedReason } from './run-schedule-missed.js';
export { ChunksSelected } from './chunks-selected.js';
export { BatchFileBuilt } from './batch-file-built.js';
export { BatchSubmitted } from './batch-submitted.js';
export { BatchDeferred } from './batch-deferred.js';
export { BatchHeld } from './batch-held.js';
export { BatchIdle } from './batch-idle.js';
export { BatchSettled, settledReasons, type SettledReason } from './batch-settled.js';
export { ResultsIngested } from './results-ingested.js';
export { ResultsReprocessed } from './results-reprocessed.js';
export { DocumentsRetryScheduled } from './documents-retry-scheduled.js';
export { RunProgressed } from './run-progressed.js';
export { RunFinished, runOutcomes, type RunOutcome } from './run-finished.js';

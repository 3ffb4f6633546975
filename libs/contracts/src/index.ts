export { Clock } from './clock.js';
export { SystemClock } from './system-clock.js';
export { Ids } from './ids.js';
export { RandomIds } from './random-ids.js';
export {
  ConnectionError,
  ProcessingError,
  TemplateError,
  TimeoutError,
  ValidationError,
  isBatchmillError,
  isDependencyUnavailable,
  type BatchmillError,
  type ErrorKind,
} from './error-kinds.js';
export { contractsErrorCodes, type ErrorCode, type ErrorCodes } from './error-codes.js';
export { endpoints, type Endpoint } from './endpoint.js';
export { redos, type Redo } from './redo.js';
export { runIdPattern } from './run-id.js';
export { settledReasons, type SettledReason } from './settled-reason.js';
export { runOutcomes, type RunOutcome } from './run-outcome.js';
export { Event, classOf, topicOf, topicPrefix, typeOf, type EventClass, type FieldsOf } from './events/event.js';
export { events } from './events/catalogue.js';
export { RunRequested } from './events/run-requested.js';
export { RunCancelRequested } from './events/run-cancel-requested.js';
export { RunPauseRequested } from './events/run-pause-requested.js';
export { RunResumeRequested } from './events/run-resume-requested.js';
export { BatchCancelRequested } from './events/batch-cancel-requested.js';
export { BatchProcessRequested } from './events/batch-process-requested.js';
export { RunAccepted } from './events/run-accepted.js';
export { RunRejected } from './events/run-rejected.js';
export { RunScheduleMissed, missedReasons, type MissedReason } from './events/run-schedule-missed.js';
export { ChunksSelected } from './events/chunks-selected.js';
export { BatchFileBuilt } from './events/batch-file-built.js';
export { BatchSubmitted } from './events/batch-submitted.js';
export { BatchDeferred } from './events/batch-deferred.js';
export { BatchSettled } from './events/batch-settled.js';
export { ResultsIngested } from './events/results-ingested.js';
export { DocumentsRetryScheduled } from './events/documents-retry-scheduled.js';
export { RunFinished } from './events/run-finished.js';
export { envelopeOf, headersOf, type EventEnvelope } from './event-envelope.js';
export { closestName } from './closest-name.js';
export { delayAfter, type Backoff } from './delay-after.js';
export { DocumentFailure, documentError, type DocumentError } from './document-error.js';

export { Clock, SystemClock } from './clock.js';
export { Ids, RandomIds } from './ids.js';
export { repository } from './repository.js';
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
export { Event, classOf, topicOf, topicPrefix, typeOf, type EventClass, type FieldsOf } from './events/event.js';
export { events } from './events/catalogue.js';
export {
  RunRequested,
  deadlineAfter,
  deadlinePattern,
  endpoints,
  redos,
  runIdPattern,
  type Endpoint,
  type Redo,
} from './events/run-requested.js';
export {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchProcessRequested,
  BatchReprocessRequested,
  RunCancelRequested,
  RunLimitRequested,
  RunPauseRequested,
  RunResumeRequested,
} from './events/commands.js';
export { RunAccepted } from './events/run-accepted.js';
export { RunRejected } from './events/run-rejected.js';
export { RunScheduleMissed, missedReasons, type MissedReason } from './events/run-schedule-missed.js';
export { ChunksSelected } from './events/chunks-selected.js';
export { BatchFileBuilt } from './events/batch-file-built.js';
export { BatchSubmitted } from './events/batch-submitted.js';
export { BatchDeferred } from './events/batch-deferred.js';
export { BatchHeld } from './events/batch-held.js';
export { BatchIdle } from './events/batch-idle.js';
export { BatchSettled, settledReasons, type SettledReason } from './events/batch-settled.js';
export { ResultsIngested } from './events/results-ingested.js';
export { ResultsReprocessed } from './events/results-reprocessed.js';
export { DocumentsRetryScheduled } from './events/documents-retry-scheduled.js';
export { RunProgressed } from './events/run-progressed.js';
export { RunFinished, runOutcomes, type RunOutcome } from './events/run-finished.js';
export { envelopeOf, headersOf, installationHeader, type EventEnvelope } from './event-envelope.js';
export { closestName } from './closest-name.js';
export {
  completionWindowMs,
  expectedCompletionWindow,
  isCompletionWindow,
  type CompletionWindow,
} from './completion-window.js';
export { delayAfter, type Backoff } from './delay-after.js';
export { retryAfterMs } from './retry-after.js';
export { mayWantTls, tlsAdvice, tlsTroubleOf, type TlsSettings, type TlsTrouble } from './tls-trouble.js';
export { noProxies, proxyFor, type Proxies } from './proxy-for.js';
export { createFolder } from './create-folder.js';
export { NotUtf8Error, decodeText, readTextFile, whyUnreadable } from './read-text.js';
export { DocumentFailure, documentError, type DocumentError } from './document-error.js';

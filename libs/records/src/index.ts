export { readArchive, writeArchive, type ArchivedAnswer, type ArchivedDocument } from './archive.js';
export {
  Batches,
  notSubmitted,
  type Batch,
  type BatchState,
  type BuildPosition,
  type PreviousAttempt,
  type ProviderBatchInfo,
  type OrphanedBatch,
  type Submission,
} from './batches.js';
export { Budgets, type Budget } from './budgets.js';
export type { BudgetEntry } from './budget-entry.js';
export { Claims, type Claim, type ClaimKind, type ClaimState } from './claims.js';
export {
  answerUpdate,
  requestedFilter,
  carryingFilter,
  failureUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  repairUpdates,
  retryUpdate,
  settlingUpdates,
  failureWithoutErrorUpdate,
  type RetryMark,
} from './answer-marks.js';
export {
  claimFilter,
  claimUpdate,
  claimableFilter,
  pendingFilter,
  unmarkableUpdate,
  wantedFilter,
  type Claiming,
  type ClaimingFrom,
} from './claim-marks.js';
export { marksProjection, type DocumentInfo, type FunctionState, type KeptError } from './document-info.js';
export { Documents } from './documents.js';
export { ingestionParts, notIngested, type Ingestion, type IngestionPart } from './ingestion.js';
export { InterruptedError } from './interrupted-error.js';
export { LeaseLostError } from './lease-lost-error.js';
export { PendingTransition, Leased } from './leased.js';
export { LeaseWrites, type Failure, type StateChange } from './lease-writes.js';
export { readManifest, writeManifest, type ManifestLine, type RequestedLine, type UnrenderedLine } from './manifest.js';
export { readMembers, writeMembers, type Member } from './members.js';
export { readLines, type Line } from './read-lines.js';
export { functionsToRequest, isPending, readMarks, requestsFor, type ReadMarks } from './read-marks.js';
export { Notifications, type Notification, type NotificationState } from './notifications.js';
export { planOfRun } from './plan-of-run.js';
export { providerBatchInfoOf } from './provider-batch-info-of.js';
export { recordedError } from './recorded-error.js';
export { Records, type TakeOptions } from './records.js';
export {
  addCost,
  addDocuments,
  noCost,
  noDocuments,
  type Cost,
  type DocumentCounts,
  type RunTotals,
} from './run-totals.js';
export { Runs, endedRunStates, isPaused, type Run, type RunRequest, type RunState, type Scan } from './runs.js';
export { idTypes, type ScanPosition } from './scan-position.js';
export { Schedules, type Schedule, type ScheduleState } from './schedules.js';
export type { Transitions, Transition } from './transition.js';
export { freshWork, type Changes, type RecordedError, type WorkRecord } from './work-record.js';
export {
  notificationTypes,
  type NotificationType,
  type NotificationPayload,
  type NotificationCounts,
} from './notification-payload.js';

export { documentIdsFilter } from './document-ids-filter.js';
export { predictionOf, type RunPrediction } from './run-prediction.js';
export { mostUnasked } from './most-unasked.js';
export { checkSameRun } from './check-same-run.js';
export {
  Runs,
  endedRunStates,
  isPaused,
  runRequestOf,
  runStates,
  type Run,
  type SaidProgress,
  type RunRequest,
  type RunState,
  type Scan,
  type SpendingLimits,
} from './runs.js';
export { Claims, claimStates, markOf, type Claim, type ClaimKind, type ClaimState } from './claims.js';
export { Batches, type Holder } from './batches.js';
export {
  allRequestsOf,
  askedRequestsOf,
  sentDocumentsOf,
  batchStates,
  batchMarkOf,
  claimMarkOf,
  notSubmitted,
  unsettledBatchStates,
  type ArmedKey,
  type Batch,
  type BatchReuse,
  type BatchSpending,
  type SynchronousLane,
  type BatchState,
  type BuildPosition,
  type FinishedUpload,
  type OrphanedBatch,
  type PreviousAttempt,
  type Submission,
} from './batch.js';
export { describeHold, hold } from './batch-hold.js';
export { describeLoss, settleAsLost, settleAsSeen } from './lost-batch.js';
export { isGivenUp, stallInState, stallLimitMs, stallWithoutState, type Look } from './giving-up.js';
export { lastLook } from './last-look.js';
export { longestGapMs, observe, type ObservedTime } from './observed-time.js';
export type { Abandonment, BatchHold, Stall } from './stalled-batch.js';
export { Budgets, type Budget, type Lesson } from './budgets.js';
export type { Limited, Limits } from './shown-limit.js';
export { SharedRateLimiter, type SharedRateLimiterOptions } from './rates/shared-rate-limiter.js';
export type { Amounts, RateBucket } from './rates/rate-bucket.js';
export { deferral, type RefusedSubmission } from './deferral.js';
export { failedBatchesOf, heldBy, heldByFailure, type Held } from './held.js';
export {
  Notifications,
  notificationStates,
  notificationTypes,
  type Notification,
  type NotificationCounts,
  type NotificationPayload,
  type NotificationState,
  type NotificationType,
} from './notifications.js';
export { Inbox, type InboxEntry } from './inbox.js';
export { Schedules, scheduleStates, type FormerSchedule, type Schedule, type ScheduleState } from './schedules.js';
export { Documents, type UnknownIds } from './documents.js';
export type { BudgetShare, WaitingShare } from './budget-queue.js';
export { failedFilter, failedProjection, failuresOf, lastRunOf, type DocumentFailure } from './marks/failed-marks.js';
export { addFailed, countFailed, type FailedRequests } from './failed-requests.js';
export {
  addToFunctions,
  boughtAnswersOf,
  ingestionParts,
  notIngested,
  paidAnswersOf,
  takeFromFunctions,
  type FunctionCost,
  type Ingestion,
  type IngestionPart,
  type ReusedAnswers,
} from './ingestion.js';
export { AskedTexts, type Asker } from './answers/asked-texts.js';
export {
  findAnswers,
  reusesAnswers,
  type RequestsOfDocument,
  type Reuse,
  type ReuseByFunction,
  type ReuseSources,
} from './answers/find-answers.js';
export { ReusableAnswers, type FoundAnswer, type ReusableAnswer } from './answers/reusable-answers.js';
export { notReprocessed, type Reprocessing } from './reprocessing.js';
export { planOfRun } from './plan-of-run.js';
export {
  providerBatchInfoOf,
  providerFilesOf,
  type ProviderBatchInfo,
  type ProviderFiles,
} from './provider-batch-info.js';
export { DeadlineForecasts } from './deadline/deadline-forecasts.js';
export { RunWorks } from './forecast/run-works.js';
export { RunForecasts, type RunProspect } from './forecast/run-forecasts.js';
export { describeForecast } from './forecast/describe-forecast.js';
export type { Forecast } from './forecast/run-forecast.js';
export { describeWait, useText, waitsOf, type QueueUse, type RunWait } from './forecast/waits-of-run.js';
export { waitKinds, type WaitKind } from './forecast/wait-kinds.js';
export { roughDuration } from './forecast/rough-duration.js';
export { seededRandom } from './forecast/seeded-random.js';
export { Rates, type Rate } from './rates/rates.js';
export type { BatchOutline } from './batch-outline.js';
export { lateMs, type DeadlineForecast } from './deadline/deadline-forecast.js';
export { type LedgerEntry, type LedgerKind } from './ledger/ledger-entry.js';
export { Ledger, type LedgerQuery } from './ledger/ledger.js';
export { addSavings, noSavings, paidOf, savedOf, wastedOf, withoutBatchmill, type Savings } from './ledger/savings.js';
export { sharesOf, type LedgerShare } from './ledger/ledger-shares.js';
export { dayOf, describeScope, scopeId, type LimitedScope, type SpendingScope } from './spending/spending-scope.js';
export { Spendings, type NoRoom, type Reservation, type Spending } from './spending/spendings.js';
export {
  addCost,
  addDocuments,
  costAtTier,
  noCost,
  noDocuments,
  requestCost,
  type Cost,
  type DocumentCounts,
  type RunTotals,
} from './run-totals.js';
export { AccountProgress } from './idle/account-progress.js';
export type { IdleBatch } from './idle/idle-batch.js';
export { idleLimitMs } from './idle/idle-limit.js';
export { hasMovedSince, lookAtProgress, withoutAnswer, type SeenProgress } from './idle/seen-progress.js';
export { durationsOf, type Durations } from './durations.js';
export { turnaroundSampleOf, type TurnaroundSample } from './turnaround-sample.js';
export { Turnarounds, turnaroundFrom, type BatchKind, type Calibration, type Turnaround } from './turnarounds.js';
export { addMissing, type MissingCount } from './missing-counts.js';
export { idTypes, type ScanPosition } from './scan-position.js';
export { Records, type DueRecords, type TakeOptions, type UnpublishedOptions } from './work/records.js';
export { RecordsOfRun } from './work/records-of-run.js';
export { freshWork, recordedError, type Changes, type RecordedError, type WorkRecord } from './work/work-record.js';
export { InterruptedError, LeaseLostError, Leased, PendingTransition } from './work/leased.js';
export { LeaseWrites, type Failure, type StateChange } from './work/lease-writes.js';
export type { Transition, Transitions } from './work/transition.js';
export {
  marksProjection,
  mergeUpdates,
  readMarks,
  type DocumentMarks,
  type FunctionState,
  type Marks,
  type StoredError,
} from './marks/document-marks.js';
export {
  claimFilter,
  claimUpdate,
  claimableFilter,
  eligibleFilter,
  failedClaimUpdate,
  functionsToRequest,
  isEligible,
  isOfRun,
  pendingFilter,
  requestsFor,
  selectedFilter,
  type ClaimCondition,
  type ClaimMark,
  type ClaimingRun,
  type FailedClaimMark,
  type MemberRequests,
} from './marks/claim-marks.js';
export { missingFilter, missingFunctions } from './marks/missing-marks.js';
export { missingAmong, scanFilter } from './marks/scan-filter.js';
export { scanIndexes, serves, wantedIndexes, type IndexPurpose, type WantedIndex } from './marks/scan-indexes.js';
export {
  answerUpdate,
  documentOutcomeUpdates,
  failureUpdate,
  failureWithoutErrorUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  repairUpdates,
  requestedFilter,
  retryUpdate,
  stillClaimedFilter,
  type RetryMark,
} from './marks/answer-marks.js';
export { adoptedUpdate, embeddedUpdate } from './marks/embedded-marks.js';
export { isSameOrigin, type EmbeddedMark, type Origin } from './marks/origin.js';
export { isStale, pendingAgainUpdate, textProjection } from './marks/stale-documents.js';
export { EmbeddedTexts } from './vectors/embedded-texts.js';
export { deleteOrphans } from './vectors/delete-orphans.js';
export { orphanedVectors } from './vectors/orphaned-vectors.js';
export { missingVectors, moveAlias, type AliasMove } from './vectors/vector-alias.js';
export {
  WrittenCollections,
  requestOf,
  type EmbeddingRequest,
  type WrittenCollection,
} from './vectors/written-collections.js';
export { slicesOf } from './slices-of.js';
export { rowFieldsOrError, rowUpdateOf } from './vectors/row-updates.js';
export { vectorCollectionOf } from './vectors/vector-collection.js';
export { vectorKey } from './vectors/vector-key.js';
export { heldFilter, heldMarksOf, releaseUpdate, type MarkedFields } from './marks/release-marks.js';
export {
  keptAnswerFilter,
  keptAnswerUpdate,
  keptFailureFilter,
  keptFailureUpdate,
  keptInUpdate,
  keptOutcomeUpdates,
  lastKeptAnswerFilter,
  lastKeptAnswerUpdate,
} from './marks/kept-answer-marks.js';
export { lateVectorUpdates, noLateVectorFilter } from './marks/late-vector-marks.js';
export { readMembers, writeMembers, type Member } from './files/members.js';
export {
  isUnsent,
  readManifest,
  writeManifest,
  type ManifestLine,
  type AwaitedText,
  type RequestedLine,
  type UnrenderedLine,
} from './files/manifest.js';
export { readArchive, writeArchive, type ArchivedAnswer, type ArchivedDocument } from './files/archive.js';
export { readLines, type Line } from './files/read-lines.js';
export { blobsOfBatch, blobsOfClaim } from './forgetting/blobs-of-records.js';
export { RunTexts } from './forgetting/run-texts.js';
export { unnamedBlobs, youngestUnnamedMs } from './forgetting/unnamed-blobs.js';
export { RunRecords, type RecordCounts } from './forgetting/run-records.js';
export {
  forgetUpdate,
  forgottenStatus,
  pendingForgottenUpdate,
  type ForgottenFields,
} from './marks/forgotten-marks.js';

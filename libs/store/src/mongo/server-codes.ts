/**
 * How to react to the error codes of MongoDB's server:
 * https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml
 */
const unavailable: ReadonlySet<number> = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  43, // CursorNotFound
  46, // LockBusy
  63, // StaleShardVersion
  74, // NodeNotFound
  79, // UnknownReplWriteConcern
  89, // NetworkTimeout
  91, // ShutdownInProgress
  94, // NotYetInitialized
  100, // UnsatisfiableWriteConcern
  112, // WriteConflict
  117, // ConflictingOperationInProgress
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  150, // StaleEpoch
  175, // QueryPlanKilled
  189, // PrimarySteppedDown
  237, // CursorKilled
  391, // ReauthenticationRequired
  9001, // SocketException
  10058, // LegacyNotPrimary
  10107, // NotWritablePrimary
  11600, // InterruptedAtShutdown
  11601, // Interrupted
  11602, // InterruptedDueToReplStateChange
  13388, // StaleConfig
  13435, // NotPrimaryNoSecondaryOk
  13436, // NotPrimaryOrSecondary
]);

const slow: ReadonlySet<number> = new Set([
  24, // LockTimeout
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  202, // NetworkInterfaceExceededTimeLimit
  262, // ExceededTimeLimit
]);

const duplicate: ReadonlySet<number> = new Set([11000, 11001, 12582]);

/** Unauthorized, AuthenticationFailed. */
const notAuthorised: ReadonlySet<number> = new Set([13, 18]);

/** IndexOptionsConflict, IndexKeySpecsConflict. */
const indexConflict: ReadonlySet<number> = new Set([85, 86]);

const outOfDiskSpace = 14031;

/** BadValue, FailedToParse, TypeMismatch, PathNotViable, ImmutableField, DocumentValidationFailure and the like. */
const refused: ReadonlySet<number> = new Set([2, 4, 9, 14, 15, 22, 28, 40, 52, 53, 54, 55, 56, 57, 66, 73, 121, 292]);

/** Higher codes are assertions about the request, one number each. */
const firstAssertion = 10_000;

export type Trouble =
  'unavailable' | 'slow' | 'duplicate' | 'not-authorised' | 'index-conflict' | 'disk-full' | 'refused';

/** Null for an unknown code. */
export function troubleOf(code: number): Trouble | null {
  if (unavailable.has(code)) return 'unavailable';
  if (slow.has(code)) return 'slow';
  if (duplicate.has(code)) return 'duplicate';
  if (notAuthorised.has(code)) return 'not-authorised';
  if (indexConflict.has(code)) return 'index-conflict';
  if (code === outOfDiskSpace) return 'disk-full';
  return refused.has(code) || code >= firstAssertion ? 'refused' : null;
}

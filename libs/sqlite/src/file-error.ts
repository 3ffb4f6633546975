import { ConnectionError, isBatchmillError, type ErrorCode } from '@batchmill/contracts';

/** The name of a library's file in messages, and the library's error codes for problems with the file. */
export interface FileErrors {
  /** As in "the store in /data/store.db". */
  readonly kind: string;
  /** The file cannot be opened, read or written now. */
  readonly unavailable: ErrorCode;
  readonly diskFull: ErrorCode;
  /** The file is damaged, or is not a database. */
  readonly unreadable: ErrorCode;
  /** The connection was used after it was closed. */
  readonly closed: ErrorCode;
}

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const Code = {
  permission: 3,
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  constraint: 19,
  notADatabase: 26,
};

type FileProblem = readonly [code: Exclude<keyof FileErrors, 'kind'>, advice: string];

const lockTimeout: FileProblem = [
  'unavailable',
  'another process has held its lock for too long: check for a process that hangs',
];
const cannotOpen: FileProblem = ['unavailable', 'it cannot be opened: check its folder and the permissions'];

/** Problems with the file, as opposed to those with a statement. */
const problems: ReadonlyMap<number, FileProblem> = new Map<number, FileProblem>([
  [Code.permission, cannotOpen],
  [Code.busy, lockTimeout],
  [Code.locked, lockTimeout],
  [Code.noMemory, ['unavailable', 'the machine is out of memory: check what uses it']],
  [Code.readOnly, ['unavailable', 'it cannot be written: check its permissions']],
  [Code.io, ['unavailable', 'reading or writing failed: check the disk']],
  [Code.corrupt, ['unreadable', 'it is damaged: restore a copy']],
  [Code.full, ['diskFull', 'its disk is full: free some space']],
  [Code.cannotOpen, cannotOpen],
  [Code.protocol, lockTimeout],
  [Code.notADatabase, ['unreadable', 'it is not an SQLite database: name another file']],
]);

/**
 * Returns a ConnectionError for a problem with the file, and any other error as it is: errors of ours, a violated
 * constraint, invalid SQL.
 */
export function fileErrorOf(error: unknown, file: string, errors: FileErrors): unknown {
  const resultCode = isBatchmillError(error) ? null : resultCodeOf(error);
  const problem = resultCode === null ? undefined : problems.get(resultCode);
  if (problem === undefined) return error;
  const [code, advice] = problem;
  const message = `The ${errors.kind} in ${file} cannot be used now: ${advice} (SQLite's result code ${resultCode}).`;
  return new ConnectionError(errors[code], message, { cause: error });
}

/** True if this connection timed out while waiting for the lock of another one. */
export function isBusy(error: unknown): boolean {
  return resultCodeOf(error) === Code.busy;
}

export function isConstraintViolation(error: unknown): boolean {
  return resultCodeOf(error) === Code.constraint;
}

/** The primary result code, or null when the error is not SQLite's. */
function resultCodeOf(error: unknown): number | null {
  return typeof error === 'object' && error !== null && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;
}

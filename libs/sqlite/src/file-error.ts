import { ConnectionError, isBatchmillError, type ErrorCode } from '@batchmill/contracts';

/** How a library names its file in messages, and its own error codes for what can happen to the file. */
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

type Trouble = readonly [code: Exclude<keyof FileErrors, 'kind'>, advice: string];

const heldTooLong: Trouble = ['unavailable', 'another process has held its lock for too long: look for one that hangs'];
const cannotOpen: Trouble = ['unavailable', 'it cannot be opened: look at its folder and at the permissions'];

/** Trouble with the file, not with what was asked of it. */
const troubles: ReadonlyMap<number, Trouble> = new Map<number, Trouble>([
  [Code.permission, cannotOpen],
  [Code.busy, heldTooLong],
  [Code.locked, heldTooLong],
  [Code.noMemory, ['unavailable', 'there was no memory left: look at what uses it on this machine']],
  [Code.readOnly, ['unavailable', 'it cannot be written: look at its permissions']],
  [Code.io, ['unavailable', 'reading or writing failed: look at the disk']],
  [Code.corrupt, ['unreadable', 'it is damaged: restore a copy']],
  [Code.full, ['diskFull', 'its disk is full: free some space']],
  [Code.cannotOpen, cannotOpen],
  [Code.protocol, heldTooLong],
  [Code.notADatabase, ['unreadable', 'it is not an SQLite database: name another file']],
]);

/**
 * Trouble with the file as a ConnectionError. Any other error comes back as it is: errors of ours, a violated
 * constraint, wrong SQL.
 */
export function fileErrorOf(error: unknown, file: string, errors: FileErrors): unknown {
  const resultCode = isBatchmillError(error) ? null : resultCodeOf(error);
  const trouble = resultCode === null ? undefined : troubles.get(resultCode);
  if (trouble === undefined) return error;
  const [code, advice] = trouble;
  const message = `The ${errors.kind} in ${file} cannot be used now: ${advice} (SQLite's result code ${resultCode}).`;
  return new ConnectionError(errors[code], message, { cause: error });
}

/** True when another connection holds a lock that this one waited for in vain. */
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

import { ConnectionError } from '@batchmill/contracts';
import type { BusErrorCode } from '../error-codes.js';

/** https://www.sqlite.org/rescode.html */
const busy = 5;
const full = 13;

interface SqliteError {
  readonly errcode: number;
  readonly errstr: string;
}

/** What SQLite says about its file becomes a ConnectionError; anything else stays as it is. */
export function sqliteErrorOf(error: unknown, file: string): unknown {
  if (!isSqliteError(error)) return error;
  if (codeOf(error) === full) {
    return busError('bus.disk-full', `The disk that holds the bus (${file}) is full: free some space.`, error);
  }
  const found = `${error.errstr} (SQLite's code ${error.errcode})`;
  return busError('bus.unavailable', `The bus in ${file} cannot be read or written now: ${found}.`, error);
}

/** True when another connection holds a lock that this one waited for in vain. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && codeOf(error) === busy;
}

export function busError(code: BusErrorCode, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(code, message, cause === undefined ? {} : { cause });
}

/** Without its details: https://www.sqlite.org/rescode.html#extrc */
function codeOf(error: SqliteError): number {
  return error.errcode & 0xff;
}

function isSqliteError(error: unknown): error is SqliteError {
  return typeof error === 'object' && error !== null && 'errcode' in error && 'errstr' in error;
}

import { types } from 'node:util';
import { ConnectionError } from '@batchmill/contracts';
import type { BusErrorCode } from '../error-codes.js';

/** https://www.sqlite.org/rescode.html */
const busy = 5;
const full = 13;

/** What SQLite says about its file becomes a ConnectionError; anything else stays as it is. */
export function sqliteErrorOf(error: unknown, file: string): unknown {
  const code = primaryCodeOf(error);
  if (code === null) return error;
  if (code === full) {
    return busError('bus.disk-full', `The disk that holds the bus (${file}) is full: free some space.`, error);
  }
  const found = types.isNativeError(error) ? error.message : String(error);
  return busError('bus.unavailable', `The bus in ${file} cannot be used now: ${found}.`, error);
}

/** True when another connection holds a lock that this one waited for in vain. */
export function isBusy(error: unknown): boolean {
  return primaryCodeOf(error) === busy;
}

export function busError(code: BusErrorCode, message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(code, message, cause === undefined ? {} : { cause });
}

function primaryCodeOf(error: unknown): number | null {
  if (!types.isNativeError(error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

import { types } from 'node:util';
import { ConnectionError } from '@batchmill/contracts';

/** https://www.sqlite.org/rescode.html */
const full = 13;

/** What SQLite says about its file becomes a ConnectionError; anything else stays as it is. */
export function sqliteErrorOf(error: unknown, file: string): unknown {
  if (!types.isNativeError(error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  if ((error.errcode & 0xff) === full) {
    const message = `The disk that holds the vectors (${file}) is full: free some space.`;
    return new ConnectionError('vectors.disk-full', message, { cause: error });
  }
  const message = `The vectors in ${file} cannot be used now: ${error.message}.`;
  return new ConnectionError('vectors.unavailable', message, { cause: error });
}

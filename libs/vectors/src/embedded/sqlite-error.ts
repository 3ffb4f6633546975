import { ConnectionError } from '@batchmill/contracts';

/** https://www.sqlite.org/rescode.html */
const full = 13;

interface SqliteError {
  readonly errcode: number;
  readonly errstr: string;
}

/** What SQLite says about its file becomes a ConnectionError; anything else stays as it is. */
export function sqliteErrorOf(error: unknown, file: string): unknown {
  if (!isSqliteError(error)) return error;
  if ((error.errcode & 0xff) === full) {
    const message = `The disk that holds the vectors (${file}) is full: free some space.`;
    return new ConnectionError('vectors.disk-full', message, { cause: error });
  }
  const found = `${error.errstr} (SQLite's code ${error.errcode})`;
  const message = `The vectors in ${file} cannot be read or written now: ${found}.`;
  return new ConnectionError('vectors.unavailable', message, { cause: error });
}

function isSqliteError(error: unknown): error is SqliteError {
  return typeof error === 'object' && error !== null && 'errcode' in error && 'errstr' in error;
}

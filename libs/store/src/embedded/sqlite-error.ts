import { ConnectionError, isBatchmillError } from '@batchmill/contracts';
import type { StoreErrorCode } from '../error-codes.js';

/** SQLite's primary result codes: https://sqlite.org/rescode.html */
const Code = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  constraint: 19,
  notADb: 26,
};

const away: ReadonlyMap<number, readonly [code: StoreErrorCode, advice: string]> = new Map([
  [Code.busy, ['store.away', 'another process has held it for too long; look for one that hangs']],
  [Code.locked, ['store.away', 'another process has held it for too long; look for one that hangs']],
  [Code.readOnly, ['store.away', 'it cannot be written; look at its permissions']],
  [Code.io, ['store.away', 'reading or writing failed; look at the disk']],
  [Code.cantOpen, ['store.away', 'it cannot be opened; look at its folder and permissions']],
  [Code.full, ['store.disk-full', 'there is no room; free some on its disk']],
  [Code.corrupt, ['store.unreadable', 'it is damaged; put back a copy']],
  [Code.notADb, ['store.unreadable', 'it is no database; name another file']],
]);

/** What SQLite threw, as the error that the port promises; what is none of SQLite's troubles stays as it is. */
export function storeError(error: unknown, file: string): unknown {
  const code = isBatchmillError(error) ? null : resultCodeOf(error);
  const found = code === null ? undefined : away.get(code);
  return found === undefined
    ? error
    : new ConnectionError(found[0], `the store ${file} is away: ${found[1]} (SQLite's code ${code ?? 0})`, {
        cause: error,
      });
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

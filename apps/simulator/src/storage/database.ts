import { DatabaseSync } from 'node:sqlite';
import { SimulatorError } from '../simulator-error.js';

const schema = `
  CREATE TABLE IF NOT EXISTS settings (key TEXT PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS files (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, purpose TEXT NOT NULL, filename TEXT NOT NULL,
    bytes INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS file_faults (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS batches (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, created_ms REAL NOT NULL, active INTEGER NOT NULL,
    record TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS batches_active ON batches (seq) WHERE active = 1;
  CREATE INDEX IF NOT EXISTS batches_created ON batches (created_ms);
  CREATE TABLE IF NOT EXISTS billed_lines (
    batch INTEGER NOT NULL, custom_id TEXT NOT NULL, body_hash BLOB NOT NULL, model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, nano_usd INTEGER NOT NULL,
    PRIMARY KEY (batch, custom_id, body_hash)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS billed_calls (
    seq INTEGER PRIMARY KEY, endpoint TEXT NOT NULL, model TEXT NOT NULL,
    input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, nano_usd INTEGER NOT NULL
  );
`;

/**
 * Opens the simulator's database with an exclusive lock that ends with the process. What a transaction wrote
 * survives the process (write-ahead log, synchronous FULL).
 */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`BEGIN EXCLUSIVE; ${schema} COMMIT;`);
    addAccounts(database);
  } catch (cause) {
    database.close();
    if (cause instanceof Error && cause.message.includes('locked')) {
      const message = `${path} is in use by another simulator. Stop that one, or choose another folder.`;
      throw new SimulatorError('simulator.data-in-use', message, { cause });
    }
    throw cause;
  }
  return database;
}

/** A folder of an earlier version has no accounts: its files belong to the account without a name. */
function addAccounts(database: DatabaseSync): void {
  const columns = database.prepare('PRAGMA table_info(files)').all();
  if (columns.some(({ name }) => name === 'account')) return;
  database.exec("ALTER TABLE files ADD COLUMN account TEXT NOT NULL DEFAULT ''");
}

/** Stores all of it or nothing. The work must not await. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

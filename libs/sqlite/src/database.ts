import { ConnectionError } from '@batchmill/contracts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { fileErrorOf, isBusy, type FileErrors } from './file-error.js';

/** A parameter of a statement. */
export type SqlValue = SQLInputValue;

/** A row that a statement returns, by column. */
export type Row = Record<string, SQLOutputValue>;

export interface DatabaseOptions {
  /** Created with its folder if it is missing. `:memory:` is a database without a file. */
  readonly file: string;
  readonly errors: FileErrors;
  /**
   * FULL, the default: a durable write survives a loss of power. NORMAL: no write waits for the disk, and a write only
   * survives the end of the process.
   */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a statement waits for another process's transaction. Default 10 s. */
  readonly busyTimeoutMs?: number;
  /** Only used for a new file. Default 4096, as of SQLite. */
  readonly pageBytes?: number;
  /** How much of the file is cached in memory. Default 2 MB, as of SQLite. */
  readonly cacheBytes?: number;
  /** The path of an SQLite extension to load. */
  readonly extension?: string;
  /** Statements that create what is missing in the file. They run in one transaction when the file is opened. */
  readonly schema?: string;
}

/** More are only needed for statements with generated text. The cache is then cleared. */
const maxStatements = 500;

const retryMs = 5;

/**
 * The connection of this process to an SQLite file with a write-ahead log, which other processes may have open too.
 *
 * Transactions are synchronous functions: none spans an await. A statement may also run outside of a transaction.
 * Statements are prepared once. A problem with the file or the disk rolls the transaction back and throws a
 * ConnectionError.
 */
export class Database {
  readonly file: string;
  readonly #errors: FileErrors;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #canSync: boolean;
  #isSyncing = true;

  private constructor({ file, errors, synchronous }: DatabaseOptions, connection: DatabaseSync) {
    this.file = file;
    this.#errors = errors;
    this.#connection = connection;
    this.#canSync = synchronous !== 'NORMAL';
  }

  static open(options: DatabaseOptions): Database {
    const { file, errors } = options;
    if (file !== ':memory:') makeFolderOf(file, errors);
    try {
      return new Database(options, connect(options));
    } catch (error) {
      throw fileErrorOf(error, file, errors);
    }
  }

  /** Runs a transaction. Everything that `work` reads is of the same moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  /**
   * Runs a transaction, after waiting for the writers of other processes. When this returns, the changes of `work` are
   * durable; when it throws, they are rolled back. With `durable` false they are committed without a sync of the disk; the
   * next durable write syncs them too.
   */
  write<T>(work: () => T, durable = true): T {
    if (this.#canSync && durable !== this.#isSyncing) {
      this.execute(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
      this.#isSyncing = durable;
    }
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  /** Within a transaction: if `work` throws, only its own changes are rolled back, and the transaction continues. */
  nested<T>(work: () => T): T {
    this.run('SAVEPOINT nested');
    try {
      const result = work();
      this.run('RELEASE nested');
      return result;
    } catch (error) {
      if (this.isInTransaction) {
        this.run('ROLLBACK TO nested');
        this.run('RELEASE nested');
      }
      throw this.#errorOf(error);
    }
  }

  /** False after SQLite has rolled the transaction back itself, because the disk is full or failed. */
  get isInTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  get(sql: string, ...values: SqlValue[]): Row | undefined {
    try {
      return this.#prepare(sql).get(...values);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  all(sql: string, ...values: SqlValue[]): Row[] {
    try {
      return this.#prepare(sql).all(...values);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** Returns how many rows were changed. */
  run(sql: string, ...values: SqlValue[]): number {
    try {
      return Number(this.#prepare(sql).run(...values).changes);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** Within a transaction: returns the rows one by one. The iteration must end before the transaction does. */
  iterate(sql: string, ...values: SqlValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values);
  }

  /** Runs any number of statements without parameters. They are not cached. */
  execute(sql: string): void {
    try {
      this.#connection.exec(sql);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /**
   * Rewrites the file without what was deleted, and empties the write-ahead log, which would still hold it. False: others were
   * reading, so that the log could not be emptied.
   */
  compact(): boolean {
    this.execute('VACUUM');
    return Number(this.get('PRAGMA wal_checkpoint(TRUNCATE)')?.['busy']) === 0;
  }

  /** May be called more than once. */
  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) this.#connection.close();
  }

  #transaction<T>(begin: string, work: () => T): T {
    try {
      this.run(begin);
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      if (this.#connection.isOpen && this.isInTransaction) this.run('ROLLBACK');
      throw this.#errorOf(error);
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= maxStatements) this.#statements.clear();
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #errorOf(error: unknown): unknown {
    if (!this.#connection.isOpen && isInvalidState(error)) {
      const message = `The ${this.#errors.kind} in ${this.file} was closed. Open it again.`;
      return new ConnectionError(this.#errors.closed, message, { cause: error });
    }
    return fileErrorOf(error, this.file, this.#errors);
  }
}

function connect(options: DatabaseOptions): DatabaseSync {
  const { file, synchronous = 'FULL', busyTimeoutMs = 10_000, pageBytes, cacheBytes, extension, schema } = options;
  const connection = new DatabaseSync(file, { timeout: busyTimeoutMs, allowExtension: extension !== undefined });
  try {
    if (extension !== undefined) {
      connection.loadExtension(extension);
      connection.enableLoadExtension(false);
    }
    if (pageBytes !== undefined) connection.exec(`PRAGMA page_size = ${pageBytes}`); // before the file is written to
    enableWriteAheadLog(connection, busyTimeoutMs);
    connection.exec(`PRAGMA synchronous = ${synchronous}`);
    if (cacheBytes !== undefined) connection.exec(`PRAGMA cache_size = -${Math.round(cacheBytes / 1024)}`);
    if (schema !== undefined) connection.exec(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Retries, because SQLite refuses this at once, without waiting, when several processes open a new file at the same time. */
function enableWriteAheadLog(connection: DatabaseSync, busyTimeoutMs: number): void {
  const until = performance.now() + busyTimeoutMs;
  for (;;) {
    try {
      connection.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
}

function makeFolderOf(file: string, errors: FileErrors): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (cause) {
    const advice = 'check what is in its place, the permissions and the disk';
    const message = `The folder of the ${errors.kind} ${file} cannot be created: ${advice}.`;
    throw new ConnectionError(errors.unavailable, message, { cause });
  }
}

/** True for the error that Node's SQLite throws for a closed connection. */
function isInvalidState(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

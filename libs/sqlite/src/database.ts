import { ConnectionError } from '@batchmill/contracts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { fileErrorOf, isBusy, type FileErrors } from './file-error.js';

/** What a statement takes as a parameter. */
export type SqlValue = SQLInputValue;

/** What a statement returns, by column. */
export type Row = Record<string, SQLOutputValue>;

export interface DatabaseOptions {
  /** Made when it is missing, with its folder. `:memory:` is a database without a file. */
  readonly file: string;
  readonly errors: FileErrors;
  /**
   * FULL, by default: what a durable write has written survives a loss of power. NORMAL: no write waits for the disk, and
   * what it has written survives the end of the process only.
   */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a statement waits for another process's transaction. By default 10 s. */
  readonly busyTimeoutMs?: number;
  /** Only counts for a new file; by default SQLite's own, 4096. */
  readonly pageBytes?: number;
  /** How much of the file is kept in memory; by default SQLite's own, 2 MB. */
  readonly cacheBytes?: number;
  /** The path of an SQLite extension that is loaded. */
  readonly extension?: string;
  /** Statements that make what is missing in the file: one transaction, carried out when the file is opened. */
  readonly schema?: string;
}

/** More are only there when statements are made of changing texts; then all are prepared again. */
const maxStatements = 500;

const retryMs = 5;

/**
 * The connection of this process to an SQLite file with a write-ahead log, which other processes may have open too.
 *
 * Transactions are synchronous functions: none spans an await. Every statement may also stand alone, outside of a
 * transaction. Statements are prepared once. Trouble with the file or the disk is thrown as a ConnectionError, with the
 * transaction rolled back.
 */
export class Database {
  readonly file: string;
  readonly #errors: FileErrors;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #maySync: boolean;
  #syncs = true;

  private constructor({ file, errors, synchronous }: DatabaseOptions, connection: DatabaseSync) {
    this.file = file;
    this.#errors = errors;
    this.#connection = connection;
    this.#maySync = synchronous !== 'NORMAL';
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

  /** A transaction: all that `work` reads is of one moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  /**
   * A transaction that waits for the writers of other processes. What `work` writes is durable when this returns, or has
   * never been. With `durable` false it is written only, and the next durable write makes it durable too.
   */
  write<T>(work: () => T, durable = true): T {
    if (this.#maySync && durable !== this.#syncs) {
      this.execute(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
      this.#syncs = durable;
    }
    return this.#transaction('BEGIN IMMEDIATE', work);
  }

  /** Within a transaction: what `work` wrote is undone when it throws, and the transaction goes on. */
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

  /** False after SQLite has rolled a transaction back by itself, because the disk is full or failed. */
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

  /** How many rows were changed. */
  run(sql: string, ...values: SqlValue[]): number {
    try {
      return Number(this.#prepare(sql).run(...values).changes);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** Within a transaction: row by row. To be finished or left before the transaction ends. */
  iterate(sql: string, ...values: SqlValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values);
  }

  /** Any number of statements without parameters, which are not kept prepared. */
  execute(sql: string): void {
    try {
      this.#connection.exec(sql);
    } catch (error) {
      throw this.#errorOf(error);
    }
  }

  /** May be called again. */
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
      const message = `The ${this.#errors.kind} in ${this.file} was closed: open it again.`;
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
    keepWriteAheadLog(connection, busyTimeoutMs);
    connection.exec(`PRAGMA synchronous = ${synchronous}`);
    if (cacheBytes !== undefined) connection.exec(`PRAGMA cache_size = -${Math.round(cacheBytes / 1024)}`);
    if (schema !== undefined) connection.exec(`BEGIN IMMEDIATE; ${schema}; COMMIT`);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** Of several processes that open a new file at the same time SQLite refuses one at once, without waiting for the others. */
function keepWriteAheadLog(connection: DatabaseSync, busyTimeoutMs: number): void {
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
    const advice = 'look at what is in its place, at the permissions and at the disk';
    const message = `The folder of the ${errors.kind} ${file} cannot be made: ${advice}.`;
    throw new ConnectionError(errors.unavailable, message, { cause });
  }
}

/** What Node's SQLite throws of a connection that is closed. */
function isInvalidState(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_INVALID_STATE';
}

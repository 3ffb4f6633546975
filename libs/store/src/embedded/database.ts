import { ConnectionError } from '@batchmill/contracts';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { storeError } from './sqlite-error.js';

export type Row = Record<string, SQLOutputValue>;

export interface DatabaseOptions {
  readonly file: string;
  readonly synchronous: 'FULL' | 'NORMAL';
  /** How long a statement waits for another process's transaction. */
  readonly busyTimeoutMs: number;
}

const maxStatements = 500;

/**
 * The one connection of this process to a file. Transactions are synchronous functions: none spans an await. Troubles of
 * the file or the disk come out as ConnectionErrors, with the transaction rolled back.
 */
export class Database {
  readonly file: string;
  readonly #synchronous: DatabaseOptions['synchronous'];
  readonly #connection: DatabaseSync;
  #waits = true;
  readonly #statements = new Map<string, StatementSync>();

  private constructor({ file, synchronous }: DatabaseOptions, connection: DatabaseSync) {
    this.file = file;
    this.#synchronous = synchronous;
    this.#connection = connection;
  }

  static open(options: DatabaseOptions): Database {
    const { file, synchronous, busyTimeoutMs } = options;
    if (file !== ':memory:') {
      makeFolderOf(file);
    }
    try {
      const connection = new DatabaseSync(file, { timeout: busyTimeoutMs });
      connection.exec(
        // Pages of 8 kB hold three documents of 2 kB; smaller and larger ones were measured to be slower. The line goes over
        // the same thousand documents several times: 8 MB hold them, and a larger cache was measured to be no faster.
        `PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA cache_size = -8000;`,
      );
      return new Database(options, connection);
    } catch (error) {
      throw storeError(error, file);
    }
  }

  /** What `work` reads is of one moment. */
  read<T>(work: () => T): T {
    return this.#transaction('BEGIN', work);
  }

  /**
   * Waits for the writers of other processes; what `work` writes is durable when this returns, or has never been. If it
   * need not be durable by itself, the next durable one makes it so.
   */
  write<T>(work: () => T, durable = true): T {
    this.#waitForDisk(durable);
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
      throw storeError(error, this.file);
    }
  }

  /** False after SQLite has given a transaction up: the disk is full or failed. */
  get isInTransaction(): boolean {
    return this.#connection.isTransaction;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values);
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).changes);
  }

  /** To be used up or left within the same transaction. */
  iterate(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values);
  }

  close(): void {
    this.#statements.clear();
    if (this.#connection.isOpen) {
      this.#connection.close();
    }
  }

  #waitForDisk(durable: boolean): void {
    if (this.#synchronous === 'NORMAL' || durable === this.#waits) return;
    this.#connection.exec(`PRAGMA synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#waits = durable;
  }

  #transaction<T>(begin: string, work: () => T): T {
    if (!this.#connection.isOpen) {
      throw new ConnectionError('store.closed', `the store ${this.file} has been closed`);
    }
    try {
      this.run(begin);
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw storeError(error, this.file);
    }
  }

  #rollBack(): void {
    if (this.isInTransaction) {
      this.run('ROLLBACK');
    }
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= maxStatements) {
        this.#statements.clear();
      }
      statement = this.#connection.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function makeFolderOf(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
  } catch (cause) {
    throw new ConnectionError(
      'store.away',
      `the folder of the store ${file} cannot be made; look at what is in its place, at permissions and at the disk`,
      { cause },
    );
  }
}

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { ConnectionError } from '@batchmill/contracts';
import { getLoadablePath } from 'sqlite-vec';
import { sqliteErrorOf } from './sqlite-error.js';

const busyTimeoutMs = 10_000;

/**
 * The SQLite file with the vector functions loaded; several processes may have it open. Everything it throws about the
 * file is a ConnectionError.
 *
 * `synchronous = FULL`: upsert promises that rows outlive a power failure, and in transactions of 500 rows of 1536
 * dimensions it measured no slower than NORMAL. Pages of 16 kB hold two such rows; searches and inserts measured a
 * third faster than with SQLite's default of 4 kB.
 */
export class VectorsFile {
  private readonly statements = new Map<string, StatementSync>();

  private constructor(
    private readonly file: string,
    private readonly database: DatabaseSync,
  ) {}

  static open(file: string): VectorsFile {
    let database: DatabaseSync | null = null;
    try {
      mkdirSync(dirname(file), { recursive: true });
      database = new DatabaseSync(file, { timeout: busyTimeoutMs, allowExtension: true });
      database.loadExtension(getLoadablePath());
      database.enableLoadExtension(false);
      database.exec('PRAGMA page_size = 16384; PRAGMA synchronous = FULL');
      const opened = new VectorsFile(file, database);
      opened.inTransaction(() => {
        opened.run(
          'CREATE TABLE IF NOT EXISTS collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, dimensions INTEGER NOT NULL)',
        );
      });
      database.exec('PRAGMA journal_mode = WAL');
      return opened;
    } catch (error) {
      database?.close();
      throw sqliteErrorOf(error, file);
    }
  }

  all(sql: string, ...parameters: SQLInputValue[]): Record<string, SQLOutputValue>[] {
    return this.attempt(() => this.prepared(sql).all(...parameters));
  }

  run(sql: string, ...parameters: SQLInputValue[]): void {
    this.attempt(() => this.prepared(sql).run(...parameters));
  }

  /** All that `work` writes, or nothing when it throws. */
  inTransaction(work: () => void): void {
    this.attempt(() => {
      this.database.exec('BEGIN IMMEDIATE');
      try {
        work();
        this.database.exec('COMMIT');
      } catch (error) {
        if (this.database.isTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  close(): void {
    if (this.database.isOpen) this.database.close();
  }

  private prepared(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private attempt<T>(work: () => T): T {
    if (!this.database.isOpen) {
      throw new ConnectionError('vectors.closed', `The vectors in ${this.file} were closed: open them again.`);
    }
    try {
      return work();
    } catch (error) {
      throw sqliteErrorOf(error, this.file);
    }
  }
}

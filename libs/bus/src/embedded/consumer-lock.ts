import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, sqliteErrorOf } from './sqlite-error.js';

/** Covers the moment in which somebody asks whether the lock is held. */
const waitMs = 500;

/**
 * The right to consume from a bus, held by one connection at a time. It is SQLite's lock on an empty file, which is the
 * operating system's lock on it: it ends with the process that holds it, however that process ends.
 */
export class ConsumerLock {
  private holding: DatabaseSync | null = null;

  constructor(private readonly file: string) {}

  /** False when another one holds it. Taking what is held by this one changes nothing. */
  take(): boolean {
    if (this.holding) return true;
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(this.file, { timeout: waitMs });
      database.exec('BEGIN EXCLUSIVE');
      this.holding = database;
      return true;
    } catch (error) {
      database?.close();
      if (isBusy(error)) return false;
      throw sqliteErrorOf(error, this.file);
    }
  }

  release(): void {
    this.holding?.close();
    this.holding = null;
  }

  /** True while anybody holds it, this process included. */
  static isHeld(file: string): boolean {
    if (!existsSync(file)) return false;
    let database: DatabaseSync | null = null;
    try {
      database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
      database.prepare('SELECT count(*) FROM sqlite_schema').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw sqliteErrorOf(error, file);
    } finally {
      database?.close();
    }
  }
}

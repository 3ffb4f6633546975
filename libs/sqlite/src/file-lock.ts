import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileErrorOf, isBusy, type FileErrors } from './file-error.js';

/** Longer than `isHeld` locks the file. */
const waitMs = 500;

/**
 * A lock that one connection holds at a time. It is SQLite's lock on an empty file, and so a lock of the operating system:
 * it ends with the process that holds it, however that process ends.
 */
export class FileLock {
  private holding: DatabaseSync | null = null;

  constructor(
    private readonly file: string,
    private readonly errors: FileErrors,
  ) {}

  /** Returns false if another connection holds the lock. Acquiring it again changes nothing. */
  acquire(): boolean {
    if (this.holding !== null) return true;
    let connection: DatabaseSync | null = null;
    try {
      connection = new DatabaseSync(this.file, { timeout: waitMs });
      connection.exec('BEGIN EXCLUSIVE');
      this.holding = connection;
      return true;
    } catch (error) {
      connection?.close();
      if (isBusy(error)) return false;
      throw fileErrorOf(error, this.file, this.errors);
    }
  }

  release(): void {
    this.holding?.close();
    this.holding = null;
  }

  /** True while any process, including this one, holds the lock. Creates no file. */
  isHeld(): boolean {
    if (!existsSync(this.file)) return false;
    let connection: DatabaseSync | null = null;
    try {
      connection = new DatabaseSync(this.file, { readOnly: true, timeout: 0 });
      connection.prepare('SELECT count(*) FROM sqlite_schema').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw fileErrorOf(error, this.file, this.errors);
    } finally {
      connection?.close();
    }
  }
}

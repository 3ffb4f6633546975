import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** Small values that must survive the process, as JSON by name. */
export class Settings {
  readonly #read: StatementSync;
  readonly #write: StatementSync;

  constructor(database: DatabaseSync) {
    this.#read = database.prepare('SELECT value FROM settings WHERE key = ?');
    this.#write = database.prepare(
      'INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    );
  }

  /** The caller names the type it wrote itself. */
  read<Value>(key: string): Value | undefined {
    const row = this.#read.get(key);
    return row === undefined ? undefined : (JSON.parse(String(row['value'])) as Value);
  }

  write(key: string, value: unknown): void {
    this.#write.run(key, JSON.stringify(value));
  }
}

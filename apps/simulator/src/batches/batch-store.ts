import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isSettled } from './batch.js';
import type { Batch } from './batch.js';

/** The stored batches. */
export class BatchStore {
  readonly #database: DatabaseSync;
  readonly #save: StatementSync;
  readonly #find: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#save = database.prepare('UPDATE batches SET active = ?, record = ? WHERE id = ?');
    this.#find = database.prepare('SELECT * FROM batches WHERE id = ?');
  }

  /** The number the next batch will get. */
  nextSeq(): number {
    const row = this.#database.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'batches'").get();
    return Number(row?.['seq'] ?? 0) + 1;
  }

  insert(batch: Batch): void {
    this.#database
      .prepare('INSERT INTO batches (seq, id, created_ms, active, record) VALUES (?, ?, ?, 1, ?)')
      .run(batch.seq, batch.id, batch.createdMs, JSON.stringify(batch));
  }

  save(batch: Batch): void {
    this.#save.run(isSettled(batch.status) ? 0 : 1, JSON.stringify(batch), batch.id);
  }

  find(id: string): Batch | undefined {
    const row = this.#find.get(id);
    return row === undefined ? undefined : toBatch(row);
  }

  /** Newest first, those created before `after`. */
  list(limit: number, after?: Batch): Batch[] {
    return this.#database
      .prepare('SELECT * FROM batches WHERE seq < ? ORDER BY seq DESC LIMIT ?')
      .all(after?.seq ?? Number.MAX_SAFE_INTEGER, limit)
      .map(toBatch);
  }

  /** Those that are not settled, oldest first. */
  active(): Batch[] {
    return this.#database.prepare('SELECT * FROM batches WHERE active = 1 ORDER BY seq').all().map(toBatch);
  }

  countCreatedSince(ms: number): number {
    return Number(this.#database.prepare('SELECT count(*) AS n FROM batches WHERE created_ms > ?').get(ms)?.['n']);
  }
}

function toBatch(row: Record<string, unknown>): Batch {
  return JSON.parse(String(row['record'])) as Batch; // written by insert and save
}

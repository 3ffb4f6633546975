import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TimeForm } from '../http/present-time.js';

export interface StoredFile {
  readonly id: string;
  readonly purpose: string;
  readonly filename: string;
  readonly bytes: number;
  /** Simulated unix seconds. */
  readonly createdAt: number;
  /** null: never. */
  readonly expiresAt: number | null;
  readonly faults: FileFaults;
  /** The account that made it. */
  readonly account: string;
}

/** What was drawn for the file when it was uploaded. */
export interface FileFaults {
  /** Until then it is pending, in simulated milliseconds. */
  readonly pendingUntilMs?: number;
  /** Why it cannot be processed. */
  readonly error?: string;
  readonly noStatus?: boolean;
  readonly times?: TimeForm;
}

/** The status of a file, and its details. */
export function fileStatus(
  { faults }: StoredFile,
  nowMs: number,
): { readonly status: 'pending' | 'processed' | 'error'; readonly details: string | null } {
  if (nowMs < (faults.pendingUntilMs ?? 0)) return { status: 'pending', details: null };
  return faults.error === undefined
    ? { status: 'processed', details: null }
    : { status: 'error', details: faults.error };
}

const columns = 'files.*, file_faults.record AS faults FROM files LEFT JOIN file_faults ON file_faults.id = files.id';

/** The provider's files: a row each, and the contents in a folder under their ids. */
export class FileStore {
  readonly #folder: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #insertFaults: StatementSync;
  readonly #select: StatementSync;
  /** Contents that a batch still reads or writes stay on disk although their row is deleted. */
  readonly #inUse = new Set<string>();

  constructor(database: DatabaseSync, folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO files (id, purpose, filename, bytes, created_at, expires_at, account) VALUES (?, ?, ?, ?, ?, ?, ?)',
    );
    this.#insertFaults = database.prepare('INSERT INTO file_faults (id, record) VALUES (?, ?)');
    this.#select = database.prepare(`SELECT ${columns} WHERE files.id = ?`);
  }

  pathOf(id: string): string {
    return join(this.#folder, id);
  }

  /** Makes a file visible after its content is complete under `contentPath`. */
  async add(file: StoredFile, contentPath: string): Promise<void> {
    await rename(contentPath, this.pathOf(file.id));
    this.insert(file);
  }

  /** Makes a file visible whose content is already in place. */
  insert(file: StoredFile): void {
    if (Object.keys(file.faults).length > 0) this.#insertFaults.run(file.id, JSON.stringify(file.faults));
    const { id, purpose, filename, bytes, createdAt, expiresAt, account } = file;
    this.#insert.run(id, purpose, filename, bytes, createdAt, expiresAt, account);
  }

  /** undefined when it does not exist or has expired. */
  find(id: string, nowSeconds: number): StoredFile | undefined {
    const row = this.#select.get(id);
    if (row === undefined) return undefined;
    const file = toFile(row);
    return file.expiresAt !== null && file.expiresAt <= nowSeconds ? undefined : file;
  }

  list(query: {
    readonly nowSeconds: number;
    readonly purpose?: string | undefined;
    /** undefined: those of all accounts. */
    readonly account?: string;
    readonly after?: string | undefined;
    readonly order?: 'asc' | 'desc';
    readonly limit?: number;
  }): StoredFile[] {
    const ascending = query.order === 'asc';
    const rows = this.#database
      .prepare(
        `SELECT ${columns} WHERE (expires_at IS NULL OR expires_at > $now) AND ($purpose IS NULL OR purpose = $purpose)
         AND ($account IS NULL OR account = $account)
         AND ($after IS NULL OR seq ${ascending ? '>' : '<'} (SELECT seq FROM files WHERE id = $after))
         ORDER BY seq ${ascending ? 'ASC' : 'DESC'} LIMIT $limit`,
      )
      .all({
        now: query.nowSeconds,
        purpose: query.purpose ?? null,
        account: query.account ?? null,
        after: query.after ?? null,
        limit: query.limit ?? -1,
      });
    return rows.map(toFile);
  }

  /** False when there is none. */
  async delete(id: string): Promise<boolean> {
    const { changes } = this.#database.prepare('DELETE FROM files WHERE id = ?').run(id);
    if (changes === 0) return false;
    this.#database.prepare('DELETE FROM file_faults WHERE id = ?').run(id);
    if (!this.#inUse.has(id)) await rm(this.pathOf(id), { force: true });
    return true;
  }

  async deleteExpired(nowSeconds: number): Promise<void> {
    const rows = this.#database.prepare('SELECT id FROM files WHERE expires_at <= ?').all(nowSeconds);
    for (const row of rows) await this.delete(String(row['id']));
  }

  hold(...ids: readonly string[]): void {
    for (const id of ids) this.#inUse.add(id);
  }

  /** Deletes contents without a row. */
  async release(...ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#inUse.delete(id);
      if (this.#select.get(id) === undefined) await rm(this.pathOf(id), { force: true });
    }
  }

  /** Nothing reads or writes it any more. */
  releaseAll(): void {
    this.#inUse.clear();
  }

  /** Removes what a killed simulator left half-written. Called once, after the contents in use are known. */
  sweep(): void {
    for (const name of readdirSync(this.#folder)) {
      if (!this.#inUse.has(name) && this.#select.get(name) === undefined) rmSync(this.pathOf(name), { force: true });
    }
  }
}

function toFile(row: Record<string, unknown>): StoredFile {
  const faults = row['faults'];
  return {
    id: String(row['id']),
    purpose: String(row['purpose']),
    filename: String(row['filename']),
    bytes: Number(row['bytes']),
    createdAt: Number(row['created_at']),
    expiresAt: row['expires_at'] === null ? null : Number(row['expires_at']),
    faults: typeof faults === 'string' ? (JSON.parse(faults) as FileFaults) : {}, // written by insert
    account: String(row['account']),
  };
}

import type { Blobs } from '@batchmill/blobs';

/** What was deleted of one kind. `bytes`: null where they are not known. */
export interface Deleted {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number | null;
}

/** The kinds of blobs, by the ends of their names. */
const kindsOfBlobs: readonly (readonly [string, string])[] = [
  ['.batch.jsonl', 'batch files'],
  ['.manifest.jsonl', 'manifests'],
  ['.members.jsonl', 'lists of members'],
  ['.results.jsonl', 'copies of result files'],
  ['.part.jsonl', 'copies of result files'],
  ['.reused.jsonl', 'files of reused answers'],
  ['.kept.jsonl', 'files of kept answers'],
  ['.archive.jsonl', 'archives'],
];

/** Counts what a purge deletes, by kind. On a dry run it counts what it would delete. */
export class PurgeTally {
  readonly #byKind = new Map<string, Deleted>();

  constructor(
    private readonly blobs: Blobs,
    readonly isDryRun: boolean,
  ) {}

  /** Counts a blob that is there. Call it before the blob is deleted. */
  async countBlob(name: string): Promise<void> {
    const bytes = await this.blobs.bytesOf(name);
    if (bytes !== null) this.count(kindsOfBlobs.find(([end]) => name.endsWith(end))?.[1] ?? 'other files', 1, bytes);
  }

  /** Counts a blob and deletes it. */
  async deleteBlob(name: string): Promise<void> {
    await this.countBlob(name);
    if (!this.isDryRun) await this.blobs.delete(name);
  }

  count(kind: string, count: number, bytes: number | null = null): void {
    if (count === 0) return;
    const before = this.#byKind.get(kind);
    const sum = before?.bytes == null && bytes === null ? null : (before?.bytes ?? 0) + (bytes ?? 0);
    this.#byKind.set(kind, { kind, count: (before?.count ?? 0) + count, bytes: sum });
  }

  /** In the order in which the kinds were first counted. */
  get deleted(): readonly Deleted[] {
    return [...this.#byKind.values()];
  }
}

import { BSON, type Document, type FindCursor } from 'mongodb';

export interface Patience {
  /** How often an idle cursor is read: MongoDB drops a cursor after ten idle minutes. */
  readonly pollMs: number;
  /** The most to read ahead. */
  readonly maxAheadBytes: number;
}

export const defaultPatience: Patience = { pollMs: 4 * 60_000, maxAheadBytes: 64 * 1024 * 1024 };

/**
 * A cursor whose reader may pause. When it is idle for a while, it fetches the next batch from the server and buffers it,
 * one batch per interval. This needs no session and no permission for cursors without a timeout. If the reader pauses
 * until the buffer is full, the server drops the cursor.
 */
export class PatientCursor {
  readonly #cursor: FindCursor<Document>;
  readonly #maxAheadBytes: number;
  readonly #looking: NodeJS.Timeout;
  readonly #ahead: Document[] = [];
  #aheadBytes = 0;
  #asked = true;
  /** A fetch is in progress: two at once would make the cursor fail. */
  #isAsking = false;
  #reading: Promise<void> = Promise.resolve();
  /** What follows the buffer: the end, or a failure to report. */
  #after: { readonly end: null } | { readonly failure: unknown } | undefined;

  constructor(cursor: FindCursor<Document>, { pollMs, maxAheadBytes }: Patience) {
    this.#cursor = cursor;
    this.#maxAheadBytes = maxAheadBytes;
    this.#looking = setInterval(() => this.#look(), pollMs).unref();
  }

  /** Null at the end. Do not call it again before it has resolved. */
  async next(): Promise<Document | null> {
    this.#asked = true;
    await this.#reading;
    const document = this.#ahead.shift() ?? (await this.#asking(() => this.#nextOfCursor()));
    if (this.#ahead.length === 0) this.#aheadBytes = 0;
    this.#asked = true;
    return document;
  }

  /** Frees the cursor on the server without waiting: an unavailable server would block the reader. */
  close(): void {
    clearInterval(this.#looking);
    this.#reading.then(() => this.#cursor.close()).catch(() => undefined); // the server drops it by itself
  }

  #look(): void {
    if (this.#isAsking) return;
    if (!this.#asked && this.#after === undefined && this.#aheadBytes < this.#maxAheadBytes) {
      this.#reading = this.#asking(() => this.#readAhead());
    }
    this.#asked = false;
  }

  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    this.#isAsking = true;
    try {
      return await ask();
    } finally {
      this.#isAsking = false;
    }
  }

  /** A failed driver cursor reports its end, so the failure is kept here. */
  async #readAhead(): Promise<void> {
    try {
      this.#keep(this.#cursor.readBufferedDocuments());
      const next = await this.#cursor.next();
      this.#keep(next === null ? [] : [next, ...this.#cursor.readBufferedDocuments()]);
      if (next === null) this.#after = { end: null };
    } catch (failure) {
      this.#after = { failure };
    }
  }

  async #nextOfCursor(): Promise<Document | null> {
    if (this.#after === undefined) return this.#cursor.next();
    if ('failure' in this.#after) throw this.#after.failure;
    return this.#after.end;
  }

  #keep(documents: readonly Document[]): void {
    for (const document of documents) {
      this.#ahead.push(document);
      this.#aheadBytes += BSON.calculateObjectSize(document);
    }
  }
}

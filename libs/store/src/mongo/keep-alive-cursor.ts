import { BSON, type Document, type FindCursor } from 'mongodb';

export interface CursorKeepAlive {
  /** How often an idle cursor is read: MongoDB drops a cursor after ten idle minutes. */
  readonly pollMs: number;
  /** The most to read ahead. */
  readonly maxAheadBytes: number;
}

export const defaultKeepAlive: CursorKeepAlive = { pollMs: 4 * 60_000, maxAheadBytes: 64 * 1024 * 1024 };

/**
 * A cursor whose reader may pause. When it is idle for a while, it fetches the next batch from the server and buffers it,
 * one batch per interval. This needs no session and no permission for cursors without a timeout. If the reader pauses
 * until the buffer is full, the server drops the cursor.
 */
export class KeepAliveCursor {
  readonly #cursor: FindCursor<Document>;
  readonly #maxAheadBytes: number;
  readonly #timer: NodeJS.Timeout;
  readonly #ahead: Document[] = [];
  #aheadBytes = 0;
  #wasRead = true;
  /** A fetch is in progress: two at once would make the cursor fail. */
  #isFetching = false;
  #reading: Promise<void> = Promise.resolve();
  /** What follows the buffer: the end, or a failure to report. */
  #after: { readonly end: null } | { readonly failure: unknown } | undefined;

  constructor(cursor: FindCursor<Document>, { pollMs, maxAheadBytes }: CursorKeepAlive) {
    this.#cursor = cursor;
    this.#maxAheadBytes = maxAheadBytes;
    this.#timer = setInterval(() => this.#readAheadIfIdle(), pollMs).unref();
  }

  /** Null at the end. Do not call it again before it has resolved. */
  async next(): Promise<Document | null> {
    this.#wasRead = true;
    await this.#reading;
    const document = this.#ahead.shift() ?? (await this.#fetching(() => this.#nextOfCursor()));
    if (this.#ahead.length === 0) this.#aheadBytes = 0;
    this.#wasRead = true;
    return document;
  }

  /** Frees the cursor on the server without waiting: an unavailable server would block the reader. */
  close(): void {
    clearInterval(this.#timer);
    this.#reading.then(() => this.#cursor.close()).catch(() => undefined); // the server drops it by itself
  }

  #readAheadIfIdle(): void {
    if (this.#isFetching) return;
    if (!this.#wasRead && this.#after === undefined && this.#aheadBytes < this.#maxAheadBytes) {
      this.#reading = this.#fetching(() => this.#readAhead());
    }
    this.#wasRead = false;
  }

  async #fetching<T>(fetch: () => Promise<T>): Promise<T> {
    this.#isFetching = true;
    try {
      return await fetch();
    } finally {
      this.#isFetching = false;
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
